"""Tables of the Pipeline page: the model's rows, with words for their names."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import polars as pl

from app.dashboard import wording
from app.dashboard.pipeline.refusals import REDACTED, doubt, refusal
from app.retention_words import KINDS, rule, size
from sql.settings import Retention


def of_topic(health: pl.DataFrame, topic: str) -> pl.DataFrame:
    """The subjects of one topic that have a value."""
    return health.filter((pl.col("topic") == topic) & (pl.col("value") > 0))


def refused(health: pl.DataFrame) -> pl.DataFrame:
    """Why, how many, what to do, and a sample."""
    rows = of_topic(health, "rejection").iter_rows(named=True)
    return pl.DataFrame(
        {
            "Why": refusal(row["subject"])[0],
            "Count": wording.count(row["value"]),
            "What to do": refusal(row["subject"])[1],
            "Sample": row["detail"] or wording.UNKNOWN,
        }
        for row in rows
    )


def doubtful(health: pl.DataFrame) -> pl.DataFrame:
    """What was noticed, on how many spans, of whom, and what to do."""
    rows = of_topic(health, "flag").iter_rows(named=True)
    return pl.DataFrame(
        {
            "What was noticed": doubt(row["subject"])[0],
            "Spans": wording.count(row["value"]),
            "Sent by": wording.UNKNOWN if row["detail"] == "kept" else row["detail"],
            "What to do": doubt(row["subject"])[1],
        }
        for row in rows
    )


def redacted(health: pl.DataFrame) -> pl.DataFrame:
    """What took the place of addresses and numbers, and how often."""
    rows = of_topic(health, "redaction").iter_rows(named=True)
    return pl.DataFrame(
        {
            "What was taken out": REDACTED.get(row["subject"], row["subject"]),
            "Values": wording.count(row["value"]),
        }
        for row in rows
    )


def unpriced(health: pl.DataFrame) -> pl.DataFrame:
    """Models without a price, some at a price tier, and how many spans have no cost for that."""
    rows = of_topic(health, "unknown_model").iter_rows(named=True)
    return pl.DataFrame(
        {"Model": row["subject"], "Spans": wording.count(row["value"])} for row in rows
    )


def price_entries(models: Sequence[str]) -> str:
    """A `[[price]]` for each, with figures to fill in."""
    return "\n\n".join(
        f"[[price]]\nmodel = {json.dumps(name)}\n"
        + (f"service_tier = {json.dumps(service_tier)}\n" if service_tier else "")
        + "input_usd_per_mtok = 0.00\noutput_usd_per_mtok = 0.00"
        for name, _, service_tier in (model.partition(" at ") for model in models)
    )


def unread(keys: pl.DataFrame) -> pl.DataFrame:
    """Attribute keys that nothing reads, how many spans carried them, and what they may be."""
    return keys.select(
        pl.col("key").alias("Key"),
        pl.col("column_name").fill_null(wording.UNKNOWN).alias("Probably"),
        pl.col("services").alias("Sent by"),
        pl.col("spans").alias("Spans"),
    )


def value_of(health: pl.DataFrame, topic: str, subject: str) -> float | None:
    """One figure; None when the model has none."""
    found = health.filter((pl.col("topic") == topic) & (pl.col("subject") == subject))["value"]
    return None if found.is_empty() else found[0]


def senders(services: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """Each service with everything it sends through."""
    return pl.DataFrame(
        {
            "Service": row["service"],
            "Environment": row["environment"] or wording.UNKNOWN,
            "Speaks": _families(row["families"]),
            "Spans": wording.count(row["spans"]),
            "Last seen (UTC)": wording.moment(row["last_seen_at"], now).replace(
                " ", "\N{NO-BREAK SPACE}"
            ),
            "Sent through (spans)": _sent_through(row["instrumentations"]),
        }
        for row in services.iter_rows(named=True)
    )


def _families(families: list[str | None]) -> str:
    return ", ".join(family or "its own words" for family in families)


def _sent_through(instrumentations: list[dict[str, Any]]) -> str:
    return ", ".join(
        f"{each['instrumentation'] or wording.UNKNOWN} ({wording.count(each['spans'])})"
        for each in instrumentations
    )


def kept(stored: pl.DataFrame, retention: Retention) -> pl.DataFrame:
    """How much there is of each kind, since when, and what becomes of it."""
    return pl.DataFrame(
        {
            "What": KINDS[row["kind"]],
            "Rows": wording.count(row["rows"]),
            "In files": size(row["size_bytes"]),
            "Since (UTC)": f"{row['oldest_at']:%-d %B %Y}" if row["oldest_at"] else wording.UNKNOWN,
            "What becomes of it": rule(retention.of(row["kind"])),
        }
        for row in stored.iter_rows(named=True)
    )


def figures(health: pl.DataFrame) -> dict[str, str]:
    """Rates and lag, ready to read."""
    counts = {
        "Spans in the last hour": "spans last hour",
        "Requests in the last hour": "requests last hour",
        "Spans stored": "spans stored",
    }
    read = {label: wording.count(value_of(health, "rate", name)) for label, name in counts.items()}
    lag = wording.elapsed(value_of(health, "lag", "received to loaded"))
    return read | {"From received to loaded": lag}
