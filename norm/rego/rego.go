// Package rego is the engine for norms with criteria in Rego.
package rego

import (
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/diag"
	"github.com/open-policy-agent/opa/v1/ast"
	_ "github.com/open-policy-agent/opa/v1/topdown" // what evaluates
)

// Engine gives the engine for [norm.Load].
func Engine() norm.Engine { return engine{} }

type engine struct{}

// Extension is that of Rego files.
func (engine) Extension() string { return ".rego" }

// Compile refuses every module that parses, until it can be judged.
func (engine) Compile(s norm.Source) (norm.Policy, []norm.ModuleFault) {
	var faults []norm.ModuleFault
	for i, m := range s.Modules {
		message := "Rego modules are not judged by this version"
		if _, err := ast.ParseModule(m.Name, m.Text); err != nil {
			message = err.Error()
		}
		faults = append(faults, norm.ModuleFault{Module: i, Severity: diag.Error, Code: "KM-UNSUPPORTED", Message: message})
	}
	return nil, faults
}
