# Er zijn meer dan zoveel medewerkers aangemeld.
# More than so many employees are enrolled.
package cyberkeurmerk.employees

counted contains c if {
	some c in input.employees
	c.active
}

# Parameters van de norm staan in data.params.
# The norm's parameters are in data.params.
met := count(counted) > data.params.more_than_employees

evidence := counted
