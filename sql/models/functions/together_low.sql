-- Lower end of the interval of a sum of independent figures: their lower arms in quadrature. An aggregate.
-- parameters: middle, low
(sum(middle) - sqrt(sum((middle - low) ** 2)))
