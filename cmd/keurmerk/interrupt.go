package main

import (
	"context"
	"io"
)

// interruptible reads from r until ctx ends; it does not wait for r then.
type interruptible struct {
	ctx context.Context
	r   io.Reader
}

// Read reads on another goroutine, which is left behind if ctx ends first: the
// program is about to end too.
func (i interruptible) Read(p []byte) (int, error) {
	if err := i.ctx.Err(); err != nil {
		return 0, err
	}
	type result struct {
		part []byte
		err  error
	}
	done := make(chan result, 1)
	go func() {
		part := make([]byte, len(p)) // p is the caller's again when ctx ends
		n, err := i.r.Read(part)
		done <- result{part[:n], err}
	}()
	select {
	case r := <-done:
		return copy(p, r.part), r.err
	case <-i.ctx.Done():
		return 0, i.ctx.Err()
	}
}
