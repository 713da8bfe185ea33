# Geen open kwetsbaarheid op de website, hoe laag ook.
# No open vulnerability on the website, however low.
package cyberkeurmerk.website_any

import data.cyberkeurmerk.shared

# Zonder gescande website weten we niets: dan is het criterium "unknown", nooit "met".
# Without a scanned website nothing is known: the criterion is "unknown" then, never "met".
measured := shared.website_scanned

# severity is een woord, rank het getal: none 0, low 1, medium 2, high 3, critical 4, unknown 5.
# severity is a word, rank the number: none 0, low 1, medium 2, high 3, critical 4, unknown 5.
breaches contains v if {
	some v in shared.open_on("website")
	v.rank > 0
}

default met := false

met if count(breaches) == 0

# Wat het verdict onderbouwt: de records zelf.
# What the verdict rests on: the records themselves.
evidence := breaches
