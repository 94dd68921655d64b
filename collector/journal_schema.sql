-- batches     export requests that are acknowledged and not yet in the lake
-- recent      the newest requests: their hashes, to know a repeat when its sender lost our answer
-- refusals    what the doors refused, added up per second, until the lake has it
-- quarantine  batches that could not be decoded after all; kept for people to look at
create table if not exists journal (journal_id text not null) strict;

create table if not exists batches (
    batch_id integer primary key autoincrement,
    received_at_us integer not null,
    door text not null,
    span_count integer not null,
    body blob not null,
    signal text not null default 'traces'
) strict;

create table if not exists recent (
    batch_id integer primary key,
    hash blob not null,
    received_at_us integer not null
) strict;

create table if not exists refusals (
    refusal_id integer primary key autoincrement,
    at_us integer not null,
    door text not null,
    signal text not null,
    reason text not null,
    count integer not null,
    detail text not null
) strict;

create table if not exists quarantine (
    batch_id integer primary key,
    received_at_us integer not null,
    door text not null,
    span_count integer not null,
    reason text not null,
    body blob not null,
    signal text not null default 'traces'
) strict;
