-- Attribute keys of the last 7 days that nothing reads, the 200 most frequent, each with the row of conventions.csv that would.
-- grain: key
-- key          the attribute key
-- spans        spans that carried it [count]
-- services     who sends it
-- column_name  the column that it probably fills; null when its name does not tell
-- reading      how it is probably read; null when its name does not tell
-- csv_row      the row to add; COLUMN and READING stand where somebody has to choose
-- parameters: as_of := now()
with unmapped as (
    select
        "key",
        sum(spans)::bigint as spans,
        string_agg(distinct service, ', ' order by service) as services,
        arg_max("scope", spans) as "scope",
    from lake.attribute_keys
    where hour > as_of - interval 7 days and hour <= as_of
    group by all
    order by spans desc, "key"
    limit 200
),

guessed as (
    select
        unmapped.key,
        arg_min(guesses.column_name, guesses.position) as column_name,
        arg_min(guesses.reading, guesses.position) as reading,
    from unmapped
    inner join column_guesses as guesses on regexp_matches(lower(unmapped.key), guesses.pattern)
    group by all
),

families as (
    select
        unmapped.key,
        arg_min(known.family, known.position) as family,
    from unmapped
    inner join instrumentation_families as known on unmapped.scope glob known.pattern
    group by all
),

described as (
    select
        unmapped.*,
        guessed.column_name,
        guessed.reading,
        coalesce(families.family, split_part(unmapped.key, '.', 1)) as family,
    from unmapped
    left join guessed on unmapped.key = guessed.key
    left join families on unmapped.key = families.key
)

select
    described.key,
    described.spans,
    described.services,
    described.column_name,
    described.reading,
    array_to_string(
        list_transform(
            [
                described.key, 'span', '', described.family, coalesce(described.column_name, 'COLUMN'),
                coalesce(described.reading, 'READING'), '5', 'seen on the Pipeline page'
            ],
            lambda cell: case
                when regexp_matches(cell, '[,"\n]') then '"' || replace(cell, '"', '""') || '"'
                else cell
            end
        ),
        ','
    ) as csv_row,
from described
order by described.column_name is null, described.spans desc, described.key
