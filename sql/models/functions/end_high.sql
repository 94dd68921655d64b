-- Upper end of an interval of two independent parts: the curve's own end, and chance, in quadrature.
-- parameters: middle, curve_high, variance
(middle + sqrt((curve_high - middle) ** 2 + 1.6448536269514722 ** 2 * variance))
