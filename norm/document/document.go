// Package document writes a norm out for the people who are judged by it: what
// it takes, the criteria, what is measured, the terms of the mark in words and
// a list of words.
//
// [Markdown] and [HTML] write it in one or several languages:
//
//	text, err := document.Markdown(n, document.Options{Languages: []string{"nl"}})
//	page, err := document.HTML(n, document.Options{CEL: true})
//
// The page is whole by itself: it needs no script and nothing from elsewhere,
// follows the reader's light or dark setting and can be printed. The texts of
// the norm are shown as they are; none can change what stands around it.
package document

import (
	"fmt"
	"maps"
	"slices"

	"github.com/cyberkeurmerk/keurmerk/norm"
)

// Options say what is written.
type Options struct {
	Languages []string // nl and en; none: those of the norm that are among them
	CEL       bool     // the conditions too, as the computer reads them
}

// Languages are those in which a norm can be written out.
func Languages() []string { return slices.Sorted(maps.Keys(catalogue)) }

// LanguageError says that a norm can't be written out in a language.
type LanguageError struct{ Language string }

// Error names the languages that there are.
func (e *LanguageError) Error() string {
	return fmt.Sprintf("a norm can't be written out in %q: choose from %v", e.Language, Languages())
}

// page is the document in one language, ready to be laid out.
type page struct {
	words
	Lang       string
	Title      string
	Facts      []string // sentences
	Sentences  []string // what it takes
	Rows       []row
	Measured   []measured
	Values     []parameter
	TermsOf    []string // of the mark, sentences
	Expression []expressions
}

type row struct {
	Title, Met, Remedy, Value string
	Required                  bool
}

type measured struct{ Title, Data, Needed string }

type parameter struct{ Name, Value, Used, Variant string }

// expressions are the conditions of one criterion, or the named values.
type expressions struct {
	Title string
	Parts []expression
}

type expression struct{ Label, CEL string }

// pages makes a page in each language that is asked for.
func pages(n *norm.Norm, o Options) ([]page, error) {
	languages := o.Languages
	if len(languages) == 0 {
		languages = slices.DeleteFunc(n.Languages(), func(l string) bool { return catalogue[l].Version == "" })
	}
	if len(languages) == 0 {
		languages = []string{"en"}
	}
	var all []page
	for _, language := range languages {
		w, ok := catalogue[language]
		if !ok {
			return nil, &LanguageError{language}
		}
		all = append(all, newWriter(n, w, language).page(o.CEL))
	}
	return all, nil
}
