package main

// What the example prints: the page, nothing for who has it, and the page anew.
func Example() {
	main()
	// Output:
	// 200 private, no-cache, U scoort 10%. De norm is 80%.
	// 304 private, no-cache, nothing is sent
	// 200 private, no-cache, U scoort 40%. De norm is 80%.
}
