-- What the slowest request of each late session waited for, counted like tax_cells: the latency tax is split over steps by it.
-- An older lake counts all its days once more, now with steps.
-- grain: none
-- use_case     as in requests
-- channel      as in requests
-- environment  as in requests
-- tier         as in requests
-- model        as in requests
-- hour         start of the UTC hour in which the sessions began
-- latency_bin  as in tax_cells; only those over the budget
-- step         as in critical_path; unknown where that request has no path
-- weight       late sessions, each shared out over the steps by their share of the wait; adds up to the sessions [count]
create table tax_step_cells (
    use_case varchar,
    channel varchar,
    environment varchar,
    tier varchar,
    model varchar,
    hour timestamptz,
    latency_bin tinyint,
    step varchar,
    weight double
);
delete from tax_counted;
