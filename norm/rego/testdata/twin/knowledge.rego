# Een kenniscursus die niet te lang geleden is aangeboden.
# A knowledge course that was offered not too long ago.
package cyberkeurmerk.knowledge

# Wie niet weet wanneer een cursus is aangeboden, heeft geen days_offered: die telt dan niet mee.
# A course of which nobody knows when it was offered has no days_offered, and does not count.
recent contains c if {
	some c in input.courses
	c.days_offered <= data.params.course_days
}

default met := false

met if count(recent) > 0

evidence := recent
