-- A time for people: 320 ms below a second, 1.8 s above, 12 s from ten on.
-- parameters: ms
(
    case
        when round(ms) < 1000 then format('{:.0f} ms', ms)
        when ms < 10000 then replace(format('{:.1f} s', ms / 1000), '.0 s', ' s')
        else format('{:.0f} s', ms / 1000)
    end
)
