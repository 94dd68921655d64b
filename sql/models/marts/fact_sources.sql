-- Which key each fact of a trace's spans came from: of the keys that were sent, the one that conventions.csv believes first.
-- Keys whose texts are left out of the lake, and facts read from within them, are not seen here.
-- grain: span_id, fact
-- span_id   as in spans
-- fact      column of spans
-- key       attribute key, event name, or glob of the name that says it
-- place     where that stands: span, event, resource, name or scope
-- family    whose spelling it is
-- priority  as in conventions: 1 is believed first
-- parameters: wanted_trace
with rules as (
    select
        split_part("key", '#', 1) as "key",
        "key" as rule,
        unnest(string_split(place, '|')) as place,
        string_split(nullif(scope, ''), '|') as scopes,
        family,
        column_name as fact,
        try_cast(priority as integer) as priority,
    from conventions
    where not starts_with(column_name, '(')
),

traced as (
    select *
    from lake.spans
    where trace_id = wanted_trace
),

sent as (
    select span_id, scope, 'span' as place, unnest(attributes)."key" as "key"
    from traced
    union all
    select span_id, scope, 'resource', unnest(resource)."key"
    from traced
    union all
    select span_id, scope, 'event', unnest(list_transform(events, lambda e: e.name))
    from traced
    union all
    select
        span_id,
        scope,
        'event',
        unnest(flatten(list_transform(events, lambda e: list_transform(e.attributes, lambda a: a."key")))),
    from traced
    union all
    select span_id, scope, 'name' as place, name as "key"
    from traced
    union all
    select span_id, scope, 'scope' as place, scope as "key"
    from traced
),

said as (
    select sent.span_id, rules.*
    from sent
    inner join rules
        on
            sent.place = rules.place
            and case
                when rules.place in ('name', 'scope', 'event') then sent."key" glob rules."key"
                else sent."key" = rules."key"
            end
    where
        rules.scopes is null
        or len(list_filter(rules.scopes, lambda pattern: sent.scope glob pattern)) > 0
)

select
    span_id,
    fact,
    arg_min(rule, priority) as "key",
    arg_min(place, priority) as place,
    arg_min(family, priority) as family,
    min(priority) as priority,
from said
group by span_id, fact
