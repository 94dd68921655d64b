"""What arrived, as one Arrow table: OTLP columns beside the facts that conventions read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pyarrow as pa

from collector.decode import SpanBatch, decode, timestamps
from sql import conventions
from sql.conventions import Facts
from sql.settings import Settings
from sql.use_cases import assign_tiers, assign_use_cases


@dataclass(frozen=True, slots=True)
class Arrivals:
    """`spans` is what `sql/shape/spans.sql` reads; `unmapped` what attribute keys nobody reads."""

    spans: pa.Table
    unmapped: pa.Table
    cut: dict[str, int]


def arrivals(
    bodies: Sequence[bytes], received_at: Sequence[datetime], settings: Settings
) -> Arrivals:
    """The spans of requests in OTLP protobuf. Raises ValueError when one cannot be decoded."""
    keep = _keep_all if settings.keep_content else _keep_facts
    batch = decode(bodies, limits=settings.limits, keep_key=keep)
    facts = _facts(batch)
    assign_use_cases(facts, batch.columns["name"], batch.attributes, settings.use_cases)
    assign_tiers(facts, settings.tiers)
    received = pa.array(received_at, pa.timestamp("us", tz="UTC"))
    spans = batch.columns | facts.columns()
    spans |= {
        "start_ns": pa.array(batch.start_ns),
        "end_ns": pa.array(batch.end_ns),
        "started_at": timestamps(batch.start_ns),
        "received_at": received.take(pa.array(batch.request)),
        "attributes": batch.attributes.as_entries(),
        "resource": batch.resources.as_entries().take(pa.array(batch.resource)),
        "events": batch.events.as_lists(),
    }
    return Arrivals(pa.table(spans), _unmapped(batch, facts), batch.cut)


def _keep_all(_key: str) -> bool:
    return True


def _keep_facts(key: str) -> bool:
    return not conventions.is_content(key)


def _facts(batch: SpanBatch) -> Facts:
    """What spans, their events and their resources say, the span's own word first."""
    facts = conventions.facts_of(batch.attributes, "span", start_ns=batch.start_ns)
    event_owner = np.repeat(np.arange(len(batch.start_ns)), np.diff(batch.events.offsets))
    conventions.read_events(
        facts, batch.events.names, batch.events.at_ns, event_owner, batch.start_ns
    )
    conventions.inherit(facts, conventions.facts_of(batch.resources, "resource"), batch.resource)
    return facts


def _unmapped(batch: SpanBatch, facts: Facts) -> pa.Table:
    """(service, scope, key, spans) for keys that no convention reads."""
    service = facts.words["service"].array().cast(pa.string())
    parts = [
        pa.table(
            {
                "service": service.take(at),
                "scope": batch.columns["scope"].take(at),
                "key": pa.repeat(key, len(at)),
            }
        )
        for key, at in (
            (key, pa.array(batch.attributes.owner[positions]))
            for key, positions in conventions.unmapped_positions(batch.attributes)
        )
    ]
    schema = pa.schema({name: pa.string() for name in ("service", "scope", "key")})
    rows = pa.concat_tables(parts) if parts else schema.empty_table()
    counts = rows.group_by(["service", "scope", "key"]).aggregate([([], "count_all")])
    return counts.rename_columns(["service", "scope", "key", "spans"])
