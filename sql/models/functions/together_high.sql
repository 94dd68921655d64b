-- Upper end of the interval of a sum of independent figures: their upper arms in quadrature. An aggregate.
-- parameters: middle, high
(sum(middle) + sqrt(sum((high - middle) ** 2)))
