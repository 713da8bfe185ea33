# Geen open kwetsbaarheid op de website van hoog risico of hoger.
# No open vulnerability on the website of high risk or above.
package cyberkeurmerk.website_high

import data.cyberkeurmerk.shared

# Zonder gescande website weten we niets: dan is het criterium "unknown", nooit "met".
# Without a scanned website nothing is known: the criterion is "unknown" then, never "met".
measured := shared.website_scanned

# severity is een woord, rank het getal: none 0, low 1, medium 2, high 3, critical 4, unknown 5.
# severity is a word, rank the number: none 0, low 1, medium 2, high 3, critical 4, unknown 5.
breaches contains v if {
	some v in shared.open_on("website")
	v.rank >= 3
}

default met := false

met if count(breaches) == 0

# Wat het verdict onderbouwt: de records zelf.
# What the verdict rests on: the records themselves.
evidence := breaches
