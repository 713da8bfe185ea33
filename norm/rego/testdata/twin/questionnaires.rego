# Elke ingevulde vragenlijst haalt de score.
# Every completed questionnaire reaches the score.
package cyberkeurmerk.questionnaires

default measured := false

measured if {
	some q in input.questionnaires
	q.done
}

low contains q if {
	some q in input.questionnaires
	q.done
	q.score < data.params.questionnaire_score
}

default met := false

met if count(low) == 0

# Wie te laag scoort, of anders alle vragenlijsten. Een sleutel mag ook: q.key.
# Those that score too low, or else all questionnaires. A key will do as well: q.key.
evidence contains q.key if {
	some q in low
}

evidence contains q.key if {
	met
	some q in input.questionnaires
}
