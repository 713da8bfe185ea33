package diag

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// Text writes the faults for people, one after the other, as [Fault.String]
// does. Colour is for terminals: it is the caller who knows whether w is one.
func Text(w io.Writer, faults Faults, colour bool) error {
	for _, f := range faults {
		if _, err := fmt.Fprintln(w, f.text(colour)); err != nil {
			return err
		}
	}
	return nil
}

// JSON writes each fault as a line of JSON; fault.schema.json describes one.
func JSON(w io.Writer, faults Faults) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	for _, f := range faults {
		if err := out.Encode(f); err != nil {
			return err
		}
	}
	return nil
}

// GitHub writes the faults as workflow commands, which GitHub shows beside the
// line in a change. It takes columns only of what stands on one line.
func GitHub(w io.Writer, faults Faults) error {
	for _, f := range faults {
		columns := ""
		if f.EndLine == f.Line {
			columns = fmt.Sprintf(",col=%d", f.Column)
		}
		last := ""
		if columns != "" {
			last = fmt.Sprintf(",endColumn=%d", f.EndColumn)
		}
		_, err := fmt.Fprintf(w, "::%s file=%s,line=%d%s,endLine=%d%s,title=%s::%s\n", f.Severity,
			commandProperty.Replace(f.File), f.Line, columns, f.EndLine, last, commandProperty.Replace(f.Code), commandData.Replace(f.sentence()))
		if err != nil {
			return err
		}
	}
	return nil
}

// What a workflow command escapes in its message, and in its properties.
var (
	commandData     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	commandProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)
