# Er zijn meer dan zoveel computers in gebruik en deze maand gezien.
# More than so many computers are in use and were seen this month.
package cyberkeurmerk.computers

counted contains c if {
	some c in input.computers
	c.active
	c.fresh
}

# Parameters van de norm staan in data.params.
# The norm's parameters are in data.params.
met := count(counted) > data.params.more_than_computers

evidence := counted
