-- What a lever could take off the time of a request that finished well, as far as its spans on the critical path tell (METHODS,
-- critical path 6). What a call would have taken otherwise is estimated when this is read, from `calls`, tokens and call_sketch.
-- grain: request_id, lever, subject, is_perceived
-- request_id               as in requests
-- started_at               as in requests [UTC]
-- use_case                 as in requests
-- channel                  as in requests
-- environment              as in requests
-- tier                     as in requests
-- duration_ms              as in requests [ms]
-- perceived_ms             as in requests [ms]
-- ttft_ms                  as in requests [ms]
-- lever                    as in levers
-- subject                  whose usual time is to be known: a model, a tool or search, network; or the key of a decision
-- cut_ms                   what goes from the response [ms]
-- is_perceived             whether the user waits for it before seeing or hearing something
-- perceived_cut_ms         what goes from that wait; null when nothing does [ms]
-- draw                     draw_of the request and lever: a lever reaches the requests below its share [0..1]
-- parts                    rows of this request and lever [count]
-- calls                    calls whose usual time the cut is compared with [count]
-- input_tokens             their prompt tokens [tokens]
-- output_tokens            their completion tokens [tokens]
-- perceived_output_tokens  those before the user sees or hears something [tokens]
create table possible_cuts (
    request_id varchar,
    started_at timestamptz,
    use_case varchar,
    channel varchar,
    environment varchar,
    tier varchar,
    duration_ms double,
    perceived_ms double,
    ttft_ms double,
    lever varchar,
    subject varchar,
    cut_ms double,
    is_perceived boolean,
    perceived_cut_ms double,
    draw float,
    parts integer,
    calls integer,
    input_tokens bigint,
    output_tokens bigint,
    perceived_output_tokens bigint
);
