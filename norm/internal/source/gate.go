package source

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cyberkeurmerk/keurmerk/norm/diag"
)

// MaxBytes is the largest norm file that is read: 1 MiB, some fifty times the
// reference norm.
const MaxBytes = 1 << 20

// Gate refuses what an editor would not show as it is: other encodings,
// control characters, invisible and direction-changing characters. Each fault
// stands at the character; after an encoding fault nothing else is looked at.
func Gate(f *File) diag.Faults {
	text := f.Text
	switch {
	case len(text) > MaxBytes:
		return diag.Faults{f.Fault(0, 0, "KM-FILE-SIZE", "", "the file is larger than %d bytes", MaxBytes)}
	case strings.HasPrefix(text, "\xff\xfe"), strings.HasPrefix(text, "\xfe\xff"):
		return diag.Faults{f.Fault(0, 0, "KM-ENCODING", "save the file as UTF-8 without byte order mark", "the file is in UTF-16")}
	case strings.HasPrefix(text, "\ufeff"):
		return diag.Faults{f.Fault(0, 3, "KM-ENCODING", "save the file as UTF-8 without byte order mark", "the file starts with a byte order mark")}
	case strings.TrimSpace(text) == "":
		return diag.Faults{f.Fault(0, 0, "KM-EMPTY", "start from a copy of the reference norm", "the file is empty")}
	}
	var faults diag.Faults
	for at := 0; at < len(text) && len(faults) < 20; {
		r, size := utf8.DecodeRuneInString(text[at:])
		if r == utf8.RuneError && size == 1 {
			fault := f.Fault(at, at+1, "KM-ENCODING", "save the file as UTF-8", "byte 0x%02X is not UTF-8", text[at])
			return append(faults, fault)
		}
		if what := forbidden(text, at, r); what != "" {
			faults = append(faults, f.Fault(at, at+size, "KM-CHARACTER", "remove it", "%s (U+%04X) is not allowed here", what, r))
		}
		at += size
	}
	return faults
}

// forbidden names what is wrong with the character at the offset, or nothing.
func forbidden(text string, at int, r rune) string {
	switch {
	case r == '\n', r == '\t':
		return ""
	case r == '\r':
		if strings.HasPrefix(text[at:], "\r\n") {
			return ""
		}
		return "a carriage return without line feed"
	case r == 0x85, r == 0x2028, r == 0x2029:
		return "a line separator"
	case unicode.IsControl(r):
		return "a control character"
	case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x200e, r == 0x200f, r == 0x061c:
		return "a character that changes the direction of text"
	case unicode.Is(unicode.Cf, r):
		return "an invisible character"
	case r == 0xa0 && strings.TrimLeft(text[strings.LastIndexByte(text[:at], '\n')+1:at], " \u00a0") == "":
		return "a no-break space as indentation"
	}
	return ""
}
