package main

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// An interrupt ends what waits for more input, and nothing is half-written.
func TestInterrupt(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	in, more := io.Pipe()
	defer more.Close()
	go func() {
		io.WriteString(more, document+"\n"+document+"\n") // and no more
		cancel()
	}()
	var out, words bytes.Buffer
	ended := make(chan int, 1)
	go func() { ended <- run(ctx, []string{"score", "-"}, interruptible{ctx, in}, &out, &words) }()
	select {
	case code := <-ended:
		require.Equal(t, exitUnusable, code)
		require.Empty(t, out.String())
		require.Contains(t, words.String(), "canceled")
	case <-time.After(30 * time.Second):
		require.Fail(t, "it waits for input")
	}
}

// What can be interrupted is read to the end if it isn't.
func TestInterruptible(t *testing.T) {
	text := strings.Repeat("0123456789", 100_000)
	got, err := io.ReadAll(interruptible{t.Context(), strings.NewReader(text)})
	require.NoError(t, err)
	require.Equal(t, text, string(got))
}
