package finding

// DecodeFast and DecodeTokens are the two ways to read a document, each by
// itself, merged and sorted.
func DecodeFast(data []byte, opts ...Option) *Month {
	m := new(fast).decode(data, options(opts))
	if m != nil {
		m.sort()
	}
	return m
}

// DecodeTokens reads with the library's decoder only.
func DecodeTokens(data []byte, opts ...Option) (*Month, error) {
	m, err := decodeTokens(data, options(opts))
	if err == nil {
		m.sort()
	}
	return m, err
}

// SortStable sorts as lists of records are sorted.
func SortStable[T any](list []T, order func(a, b *T) int) { sortStable(list, order) }
