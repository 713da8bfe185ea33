package ledgertest

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/certify/ledger"
	"github.com/stretchr/testify/require"
)

// What a store does not take, and that it then changes nothing.

func failed(e certify.Entry) certify.Entry {
	e.Outcome = certify.Fail
	return e
}

func testAgain(t *testing.T, s Store) {
	l := s.Open(t)
	require.NoError(t, l.Append(t.Context(), Entry("a", 1), Entry("a", 1), Entry("a", 2)))
	require.NoError(t, l.Append(t.Context(), Entry("a", 2), Entry("a", 3), Entry("b", 2)))
	require.NoError(t, l.Append(t.Context(), Entry("a", 1)))
	l = s.holds(t, l, "", Entry("a", 1), Entry("a", 2), Entry("a", 3), Entry("b", 2))
	require.NoError(t, l.Append(t.Context(), Entry("a", 1), Entry("b", 2)))
	s.holds(t, l, "", Entry("a", 1), Entry("a", 2), Entry("a", 3), Entry("b", 2))
}

func testConflict(t *testing.T, s Store) {
	l := s.Open(t)
	require.NoError(t, l.Append(t.Context(), Entry("a", 1), Entry("b", 1)))
	refuse := func(company string, entries ...certify.Entry) {
		t.Helper()
		err := l.Append(t.Context(), entries...)
		conflict, is := errors.AsType[*ledger.ConflictError](err)
		require.True(t, is, "%v", err)
		require.Equal(t, ledger.ConflictError{Company: company, ID: "1"}, *conflict)
	}
	refuse("a", failed(Entry("a", 1)))
	refuse("b", Entry("a", 1), Entry("a", 2), failed(Entry("b", 1)))
	refuse("c", Entry("c", 1), failed(Entry("c", 1)))
	l = s.holds(t, l, "", Entry("a", 1), Entry("b", 1))
	refuse("a", failed(Entry("a", 1)))
	require.NoError(t, l.Append(t.Context(), failed(Entry("c", 1))), "an id is a company's own")
	s.holds(t, l, "", Entry("a", 1), Entry("b", 1), failed(Entry("c", 1)))
}

func testAllOrNone(t *testing.T, s Store) {
	l := s.Open(t)
	require.NoError(t, l.Append(t.Context(), Entry("a", 1)))
	wrong := Entry("b", 2)
	wrong.Month = 0
	for _, last := range []certify.Entry{failed(Entry("a", 1)), wrong, {}} {
		require.Error(t, l.Append(t.Context(), Entry("a", 2), Entry("b", 1), last))
		require.Error(t, l.Append(t.Context(), last, Entry("a", 2), Entry("b", 1)))
		l = s.holds(t, l, "", Entry("a", 1))
	}
	require.NoError(t, l.Append(t.Context(), Entry("a", 2), Entry("b", 1)))
	s.holds(t, l, "", Entry("a", 1), Entry("a", 2), Entry("b", 1))
}

func testRefused(t *testing.T, s Store) {
	l := s.Open(t)
	for what, spoil := range map[string]func(e *certify.Entry){
		"without an id":              func(e *certify.Entry) { e.ID = "" },
		"without a company":          func(e *certify.Entry) { e.Company = "" },
		"of no type":                 func(e *certify.Entry) { e.Type = "scored" },
		"with what it has no use of": func(e *certify.Entry) { e.Target = "1" },
		"too long":                   func(e *certify.Entry) { e.Cause = strings.Repeat("x", certify.MaxLine) },
		"no UTF-8":                   func(e *certify.Entry) { e.Cause = "\xff" },
		"an id of no UTF-8":          func(e *certify.Entry) { e.ID = "\xff" },
		"a company of no UTF-8":      func(e *certify.Entry) { e.Company = "\xff" },
		"an id with U+0000":          func(e *certify.Entry) { e.ID = "a\x00" },
		"a company with U+0000":      func(e *certify.Entry) { e.Company = "a\x00" },
		"an id too long":             func(e *certify.Entry) { e.ID = strings.Repeat("x", ledger.MaxName+1) },
		"a company too long":         func(e *certify.Entry) { e.Company = strings.Repeat("x", ledger.MaxName+1) },
	} {
		e := Entry("a", 1)
		spoil(&e)
		err := l.Append(t.Context(), e)
		_, is := errors.AsType[*certify.EntryError](err)
		require.True(t, is, "%s: %v", what, err)
	}
	l = s.holds(t, l, "")
	long := Entry("a", 1)
	long.Cause = strings.Repeat("x\x00", certify.MaxLine/8) // U+0000 in a text is six bytes of a line
	require.NoError(t, l.Append(t.Context(), long))
	s.holds(t, l, "a", long)
}

func testCancel(t *testing.T, s Store) {
	l := s.Open(t)
	require.NoError(t, l.Append(t.Context(), Entry("a", 1), Entry("a", 2)))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n := 0
	for _, err := range l.Read(ctx, ledger.Query{}) {
		if n++; n == 2 {
			require.ErrorIs(t, err, context.Canceled)
			break
		}
		require.NoError(t, err)
		cancel()
	}
	require.Equal(t, 2, n, "reading ends with the error")
	require.ErrorIs(t, l.Append(ctx, Entry("a", 3)), context.Canceled)
	for range l.Read(t.Context(), ledger.Query{}) {
		break
	}
	s.holds(t, l, "", Entry("a", 1), Entry("a", 2))
}
