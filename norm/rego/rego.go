// Package rego is the engine for norms with criteria in Rego.
package rego

import "github.com/cyberkeurmerk/keurmerk/norm"

// Engine gives the engine for [norm.Load].
func Engine() norm.Engine { return engine{} }

type engine struct{}

// Extension is that of Rego files.
func (engine) Extension() string { return ".rego" }

// Compile checks the modules and prepares what the criteria ask for.
func (engine) Compile(s norm.Source) (norm.Policy, []norm.ModuleFault) {
	p, faults := compile(s)
	if p == nil {
		return nil, faults
	}
	return p, faults
}
