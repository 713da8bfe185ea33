# Geen open kwetsbaarheid op een computer van hoog risico of hoger.
# No open vulnerability on a computer of high risk or above.
package cyberkeurmerk.computer_high

import data.cyberkeurmerk.shared

in_use contains c if {
	some c in input.computers
	c.active
}

seen contains c if {
	some c in in_use
	c.fresh
}

# Genoeg computers gezien? Delen bestaat hier niet: vermenigvuldig de andere kant.
# Enough computers seen? There is no division here: multiply the other side.
default measured := false

measured if {
	count(in_use) > 0
	count(seen) * 100 >= count(in_use) * data.params.computer_coverage
}

breaches contains v if {
	some v in shared.open_on("computer")
	v.rank >= 3
}

default met := false

met if count(breaches) == 0

evidence := breaches
