# Wat meer dan één criterium nodig heeft. Een regel van een ander bestand gebruikt u na een import.
# What more than one criterion needs. A rule of another file is used after an import.
package cyberkeurmerk.shared

# Is er een website, en is elke website deze maand gescand?
# Is there a website, and was every website scanned this month?
default website_scanned := false

website_scanned if {
	some site in input.websites
	site.active
	every w in input.websites {
		scanned_or_retired(w)
	}
}

# Twee regels van dezelfde naam: de ene of de andere is genoeg.
# Two rules of the same name: one or the other is enough.
scanned_or_retired(w) if not w.active

scanned_or_retired(w) if w.fresh

# De lijst van open kwetsbaarheden van een soort bezit.
# The open vulnerabilities of one type of asset.
open_on(asset_type) := {v |
	some v in input.vulnerabilities
	v.asset_type == asset_type
	v.open
}
