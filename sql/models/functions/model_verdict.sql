-- Whether a model is quick enough for a use case, said only when the whole 90 % interval of its compliance says so: fits keeps the
-- objective; fits_at_median_only is in time for half of the requests and not for the share that is promised; too_slow is late for half
-- and more; else too_few_data.
-- parameters: good, total, objective
(
    case
        when coalesce(total, 0) = 0 then 'too_few_data'
        when compliance_low(good, total) >= objective then 'fits'
        when compliance_high(good, total) < least(0.5, objective) then 'too_slow'
        when compliance_low(good, total) >= 0.5 and compliance_high(good, total) < objective
            then 'fits_at_median_only'
        else 'too_few_data'
    end
)
