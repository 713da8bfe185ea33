package norm

// Plain is the norm with every condition evaluated by cel-go, record by record.
func (n *Norm) Plain() *Norm {
	plain := *n
	plain.plain = true
	return &plain
}
