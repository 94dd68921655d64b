-- Quantile of the Beta(a, b) distribution at the normal deviate z, in closed form (Paulson's transformation of F).
-- Within 0.007 of the exact value for a + b = 2, within 0.002 from 21 on, exact in the limit (tests/sql/test_intervals.py).
-- parameters: a, b, z
(
    with terms as (
        select
            1 / (9 * a) as u,
            1 / (9 * b) as v,
    ),

    quadratic as (
        select
            (1 - v) ** 2 - z ** 2 * v as c2,
            -2 * (1 - u) * (1 - v) as c1,
            (1 - u) ** 2 - z ** 2 * u as c0,
        from terms
    ),

    ratios as (
        select ((-c1 + sign(z) * sqrt(greatest(c1 ** 2 - 4 * c2 * c0, 0))) / (2 * c2)) ** 3 as f
        from quadratic
    )

    select a * f / (a * f + b)
    from ratios
)
