-- How far each lever is pulled: as shipped, unless `chosen` (a map from "lever.parameter" to a value; may be null) says otherwise.
-- grain: lever
-- lever             as in levers
-- share             share of the requests it reaches [0..1]
-- cut               share of the time that goes [0..1]
-- added_ms          what the change itself costs each request [ms]
-- delay_percentile  after which percentile a second call is sent; null for levers that send none [0..1]
-- parameters: chosen
with parameters as (
    select
        levers.lever,
        lever_parameters.parameter,
        coalesce(
            map_extract_value(
                cast(chosen as map (varchar, double)), levers.lever || '.' || lever_parameters.parameter
            ),
            lever_parameters.default_value
        ) as "value",
    from levers
    left join lever_parameters using (lever)
)

select
    lever,
    coalesce(any_value("value") filter (where parameter = 'share'), 1) as share,
    coalesce(any_value("value") filter (where parameter = 'cut'), 1) as cut,
    coalesce(any_value("value") filter (where parameter = 'added_ms'), 0) as added_ms,
    any_value("value") filter (where parameter = 'delay_percentile') as delay_percentile,
from parameters
group by lever
