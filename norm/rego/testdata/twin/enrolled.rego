# Het bedrijf is aangemeld voor het einde van de maand.
# The company had enrolled before the month's end.
package cyberkeurmerk.enrolled

met := input.company.active
