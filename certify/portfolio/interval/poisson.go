package interval

// Poisson is Garwood's exact interval (Biometrika 28, 1936) of the mean of a
// count, through quantiles of chi-square. It is not estimable for a negative
// count.
func Poisson(count int) Interval {
	if count < 0 {
		return Interval{}
	}
	const tail = (1 - Level) / 2
	low := 0.0
	if count > 0 {
		low = ChiSquare(tail, 2*float64(count)) / 2
	}
	return Of(low, ChiSquare(1-tail, 2*float64(count)+2)/2)
}

// Sum is the interval of a sum of amounts whose number is a Poisson count, by
// the gamma method of Fay and Feuer (Statistics in Medicine 16, 1997): sum,
// the sum of the amounts' squares, and the largest amount that a next one could
// have. With amounts that are all 1 it is [Poisson]. It is not estimable
// without a positive largest amount.
func Sum(sum, squares, largest float64) Interval {
	if !(largest > 0) || sum < 0 || squares < 0 {
		return Interval{}
	}
	const tail = (1 - Level) / 2
	low := 0.0
	if sum > 0 && squares > 0 {
		low = squares / (2 * sum) * ChiSquare(tail, 2*sum*sum/squares)
	}
	upSum, upSquares := sum+largest, squares+largest*largest
	return Of(low, upSquares/(2*upSum)*ChiSquare(1-tail, 2*upSum*upSum/upSquares))
}
