"""What arrived, as one Arrow table: OTLP columns beside the facts that conventions read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import numpy as np
import pyarrow as pa

from collector import conversions
from collector.conversion_table import Report
from collector.decode import SpanBatch, decode, timestamps
from sql import conventions
from sql.attributes import Attributes
from sql.conventions import Facts, SpanEvents, Spans
from sql.privacy import private_messages, private_names, without_texts
from sql.redaction import is_redacted, redactor_of
from sql.rules import is_needed
from sql.served_models import settle_models
from sql.settings import Settings
from sql.use_cases import assign_tiers, assign_use_cases

Texts = Callable[[pa.Array], pa.Array]


@dataclass(frozen=True, slots=True)
class Arrivals:
    """`spans` is what `sql/shape/spans.sql` reads; `unmapped` what attribute keys nobody reads."""

    spans: pa.Table
    unmapped: pa.Table
    cut: dict[str, int]
    reports: list[Report]
    faulty_reports: dict[str, int]
    """Of conversions among the spans, and how many of them cannot be used, by reason."""


def arrivals(
    bodies: Sequence[bytes], received_at: Sequence[datetime], settings: Settings
) -> Arrivals:
    """The spans of requests in OTLP protobuf. Raises ValueError when one cannot be decoded."""
    batch = decode(bodies, limits=settings.limits, keep_key=partial(_is_kept, settings))
    facts = _facts(batch)
    converted = conversions.from_spans(batch, facts.words["session_id"].array())
    assign_use_cases(facts, batch.columns["name"], batch.attributes, settings.use_cases)
    settle_models(facts, settings.tiers)
    assign_tiers(facts, settings.tiers)
    if not settings.keep_content:
        batch = _private(batch, private_names, private_messages, without_texts)
    redactor = redactor_of(settings)
    batch = _private(batch, redactor.texts, redactor.texts, redactor.attributes)
    columns = facts.columns()
    words = (name for name, words in facts.words.items() if not words.is_flag)
    columns |= redactor.columns({name: columns[name] for name in words})
    received = pa.array(received_at, pa.timestamp("us", tz="UTC"))
    spans = batch.columns | columns
    spans |= {
        "start_ns": pa.array(batch.start_ns),
        "end_ns": pa.array(batch.end_ns),
        "started_at": timestamps(batch.start_ns),
        "received_at": received.take(pa.array(batch.request)),
        "attributes": batch.attributes.as_entries(),
        "resource": batch.resources.as_entries().take(pa.array(batch.resource)),
        "events": batch.events.as_lists(),
    }
    return Arrivals(
        pa.table(spans),
        _unmapped(batch, columns["service"]),
        batch.cut | redactor.counts,
        [
            (received_at[batch.request[span]], conversion)
            for span, conversion in zip(converted.good_rows, converted.good, strict=True)
        ],
        converted.faults,
    )


def _is_kept(settings: Settings, key: str) -> bool:
    return (settings.keep_content or is_needed(key)) and not is_redacted(key, settings.redaction)


def _private(
    batch: SpanBatch, names: Texts, messages: Texts, attributes: Callable[[Attributes], Attributes]
) -> SpanBatch:
    """The spans with what these functions make of each kind of text."""
    events = batch.events
    return replace(
        batch,
        columns=batch.columns
        | {
            "name": names(batch.columns["name"]),
            "status_message": messages(batch.columns["status_message"]),
        },
        attributes=attributes(batch.attributes),
        resources=attributes(batch.resources),
        events=replace(events, names=names(events.names), attributes=attributes(events.attributes)),
    )


def _facts(batch: SpanBatch) -> Facts:
    """What spans, their events and their resources say, the span's own word first."""
    spans = Spans(batch.columns["name"], batch.columns["scope"], batch.start_ns)
    facts = conventions.facts_of_spans(batch.attributes, spans)
    events = batch.events
    owner = np.repeat(np.arange(len(batch.start_ns)), np.diff(events.offsets))
    conventions.read_events(
        facts, SpanEvents(events.names, events.at_ns, owner, events.attributes), batch.start_ns
    )
    conventions.inherit(facts, conventions.facts_of_resources(batch.resources), batch.resource)
    return facts


def _unmapped(batch: SpanBatch, service: pa.Array) -> pa.Table:
    """(service, scope, key, spans) for keys that no convention reads."""
    service = service.cast(pa.string())
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
