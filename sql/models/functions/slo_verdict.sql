-- met or missed only when the whole 90 % interval says so, else too_few; no_data when there is nothing to count.
-- parameters: good, total, objective
(
    case
        when coalesce(total, 0) = 0 then 'no_data'
        when compliance_low(good, total) >= objective then 'met'
        when compliance_high(good, total) < objective then 'missed'
        else 'too_few'
    end
)
