"""What is too old, or too much, is deleted: whole UTC days, the oldest first, and said so.

Spans, requests and what is summed up of them are kept apart, because they tell less the longer they
are kept, and cost less: a year of sums is smaller than a day of spans. Sums do not change when the
rows that they were made of go; but nothing is kept longer than what was made of it. What was told
to people, and how the tax was fitted before, has an age of its own.

The list of loads is folded whatever the settings say: a row for each second says no more than one
for each day, once nobody looks at seconds.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

import duckdb

from sql.dictionary import literal
from sql.lake import transaction
from sql.settings import KindLimits, Retention

MOST_DAYS = 7
"""In one round: loading goes on between two."""
GIBIBYTE = 2**30
OF_REQUESTS = (
    "started_at < $kept_from + INTERVAL 2 DAY AND request_id IN "
    "(SELECT request_id FROM lake.requests WHERE started_at < $kept_from)"
)
SUMS = (
    *("latency_sketch", "slo_hours", "model_hours", "call_sketch", "lever_doubts"),
    *("tax_cells", "tax_step_cells", "tax_paid_cells", "attribute_keys"),
)
KINDS: Mapping[str, Mapping[str, str]] = {
    "rollups": dict.fromkeys(SUMS, "hour < $kept_from") | {"rejections": "at < $kept_from"},
    "requests": {
        "critical_path": OF_REQUESTS,
        "possible_cuts": "started_at < $kept_from",
        "request_steps": "started_at < $kept_from",
        "conversions": "occurred_at < $kept_from",
        "requests": "started_at < $kept_from",
    },
    "spans": {
        "spans": "started_at < $kept_from",
        "span_facts": "logged_at < $kept_from",
    },
}
"""The tables of each kind, and which of their rows go, in the order in which they are deleted; each
kind is made of the next."""
HISTORY: Mapping[str, str] = {
    "digests": (
        "scheduled_at < $kept_from AND scheduled_at < (SELECT max(newer.scheduled_at) "
        "FROM lake.digests AS newer WHERE newer.recipient_number = digests.recipient_number "
        "AND NOT newer.is_by_hand)"
    ),
    "alerts": "closed_at < $kept_from",
    "tax_fits": (
        "fitted_at < $kept_from AND fitted_at < (SELECT max(newer.fitted_at) "
        "FROM lake.tax_fits AS newer WHERE newer.use_case = tax_fits.use_case)"
    ),
}
"""What was told and found before; the newest of each stays. The outbox forgets the same."""
LOADS_FOLDED_AFTER = timedelta(days=8)
"""The Pipeline page looks back a week."""
FOLDED_LOADS = """
    CREATE OR REPLACE TEMP TABLE folded_loads AS
    SELECT
        journal_id, max(last_batch_id) AS last_batch_id, max(last_refusal_id) AS last_refusal_id,
        sum(batches)::bigint AS batches, sum(spans)::bigint AS spans, sum(bytes)::bigint AS bytes,
        min(oldest_received_at) AS oldest_received_at, max(loaded_at) AS loaded_at
    FROM lake.ingest_log
    WHERE loaded_at < ?
    GROUP BY journal_id, loaded_at::date
    HAVING count(*) > 1
"""
FIRST = {
    "spans": ("spans", "started_at"),
    "requests": ("requests", "started_at"),
    "rollups": ("latency_sketch", "hour"),
}
"""The table of a kind that tells how far back it goes."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the lake has of a kind."""

    kind: str
    rows: int
    size_bytes: int
    """Of its data files."""
    oldest_at: datetime | None


def kept(con: duckdb.DuckDBPyConnection) -> Iterator[Kept]:
    """Each kind: how much, and since when."""
    for kind, tables in KINDS.items():
        table, at = FIRST[kind]
        query = f"SELECT count(*), min({at}) FROM lake.{table}"
        [(rows, oldest_at)] = con.execute(query).fetchall()
        yield Kept(kind, rows, sum(_size_bytes(con, each) for each in tables), oldest_at)


def prune(con: duckdb.DuckDBPyConnection, retention: Retention, now: datetime) -> None:
    """One round, in the writer's session: at most a week of each kind."""
    _fold_loads(con, _midnight(now) - LOADS_FOLDED_AFTER)
    if retention == Retention():
        return
    made_from = datetime.min.replace(tzinfo=UTC)
    for each in kept(con):
        if found := _kept_from(each, now, retention.of(each.kind), made_from):
            _delete(con, each.kind, *found, now)
        query = "SELECT max(kept_from) FROM lake.retention WHERE kind = ?"
        [(kept_from,)] = con.execute(query, [each.kind]).fetchall()
        made_from = max(made_from, kept_from or made_from)
    if retention.history_days:
        _forget(con, _midnight(now) - timedelta(days=retention.history_days), now)


def _fold_loads(con: duckdb.DuckDBPyConnection, before: datetime) -> None:
    """One row for each journal and UTC day of loading."""
    con.execute(FOLDED_LOADS, [before])
    [(days,)] = con.execute("SELECT count(*) FROM folded_loads").fetchall()
    if not days:
        return
    with transaction(con):
        con.execute(
            "DELETE FROM lake.ingest_log WHERE loaded_at < ? AND (journal_id, loaded_at::date) "
            "IN (SELECT (journal_id, loaded_at::date) FROM folded_loads)",
            [before],
        )
        con.execute("INSERT INTO lake.ingest_log BY NAME FROM folded_loads")


def _forget(con: duckdb.DuckDBPyConnection, kept_from: datetime, now: datetime) -> None:
    values = {"kept_from": kept_from}
    rows = 0
    with transaction(con):
        for table, goes in HISTORY.items():
            [(deleted,)] = con.execute(f"DELETE FROM lake.{table} WHERE {goes}", values).fetchall()
            rows += deleted
        if rows:
            _note(con, "history", kept_from, rows, "age", now)


def _kept_from(
    found: Kept, now: datetime, limits: KindLimits, made_from: datetime
) -> tuple[datetime, str] | None:
    """From when on the kind is to be kept after this round, and why; None when all is.

    `made_from` is since when that is kept which was made of it.
    """
    if found.oldest_at is None:
        return None
    oldest, today = _midnight(found.oldest_at), _midnight(now)
    aged = today - timedelta(days=limits.days) if limits.days else made_from
    if oldest < (wanted := max(aged, made_from)):
        return min(wanted, oldest + timedelta(days=MOST_DAYS)), "age"
    if limits.size_bytes and found.size_bytes > limits.size_bytes and oldest < today:
        return oldest + timedelta(days=1), "size"
    return None


def _delete(
    con: duckdb.DuckDBPyConnection, kind: str, kept_from: datetime, reason: str, now: datetime
) -> None:
    values = {"kept_from": kept_from}
    rows = 0
    with transaction(con):
        for table, goes in KINDS[kind].items():
            query = f"DELETE FROM lake.{table} WHERE {goes}"
            [(deleted,)] = con.execute(query, values).fetchall()
            rows = deleted if table == FIRST[kind][0] else rows
        _note(con, kind, kept_from, rows, reason, now)


def _note(con: duckdb.DuckDBPyConnection, *deleted: object) -> None:
    """A row of `retention`."""
    con.execute("INSERT INTO lake.retention VALUES (?, ?, ?, ?, ?)", deleted)


def _size_bytes(con: duckdb.DuckDBPyConnection, table: str) -> int:
    query = (
        "SELECT coalesce(sum(data_file_size_bytes), 0) "
        f"FROM ducklake_list_files('lake', {literal(table)})"
    )
    [(size_bytes,)] = con.execute(query).fetchall()
    return int(size_bytes)


def _midnight(at: datetime) -> datetime:
    return datetime.combine(at.astimezone(UTC).date(), time(), UTC)
