-- A time for people: 320 ms below a second, 1.8 s above, 12 s from ten on, 28 min from two minutes on, 5 h from one hour on.
-- parameters: ms
(
    case
        when round(ms) < 1000 then format('{:.0f} ms', ms)
        when ms < 10000 then replace(format('{:.1f} s', ms / 1000), '.0 s', ' s')
        when ms >= 3600000 then format('{:.0f} h', floor(ms / 3600000))
        when ms >= 120000 then format('{:.0f} min', floor(ms / 60000))
        else format('{:.0f} s', ms / 1000)
    end
)
