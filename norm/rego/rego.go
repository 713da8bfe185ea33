// Package rego is the engine for norms with criteria in Rego.
package rego

import (
	"fmt"

	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/diag"
)

// Engine gives the engine for [norm.Load].
func Engine() norm.Engine { return engine{} }

type engine struct{}

// Extension is that of Rego files.
func (engine) Extension() string { return ".rego" }

// Compile checks the modules and prepares what the criteria ask for.
func (engine) Compile(s norm.Source) (p norm.Policy, faults []norm.ModuleFault) {
	defer func() {
		if e := recover(); e != nil {
			p, faults = nil, []norm.ModuleFault{{Severity: diag.Error, Code: "KM-REGO", Message: fmt.Sprintf("the modules can't be read: %v", e)}}
		}
	}()
	compiled, faults := compile(s)
	if compiled == nil {
		return nil, faults
	}
	return compiled, faults
}
