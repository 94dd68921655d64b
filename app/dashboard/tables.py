"""Tables of the Pipeline page: the model's rows, with words for their names."""

from datetime import datetime
from typing import Any

import polars as pl

from app.dashboard import wording
from app.dashboard.refusals import doubt, refusal


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
    """What was noticed, and on how many spans."""
    rows = of_topic(health, "flag").iter_rows(named=True)
    return pl.DataFrame(
        {"What was noticed": doubt(row["subject"]), "Spans": wording.count(row["value"])}
        for row in rows
    )


def known(health: pl.DataFrame) -> pl.DataFrame:
    """Each fact, and on what share of spans or requests it is known."""
    rows = health.filter(pl.col("topic") == "coverage").iter_rows(named=True)
    return pl.DataFrame(
        {
            "Fact": row["subject"].capitalize(),
            "Known": wording.share(row["value"]),
            "Of": row["detail"],
        }
        for row in rows
    )


def unread(health: pl.DataFrame) -> pl.DataFrame:
    """Attribute keys that nothing reads, and how many spans carried them."""
    return of_topic(health, "unmapped_key").select(
        pl.col("subject").alias("Key"), pl.col("detail").alias("Sent by"), Spans="value"
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
            "Spans": wording.count(row["spans"]),
            "Last seen (UTC)": wording.moment(row["last_seen_at"], now).replace(
                " ", "\N{NO-BREAK SPACE}"
            ),
            "Sent through (spans)": _sent_through(row["instrumentations"]),
        }
        for row in services.iter_rows(named=True)
    )


def _sent_through(instrumentations: list[dict[str, Any]]) -> str:
    return ", ".join(
        f"{each['instrumentation'] or wording.UNKNOWN} ({wording.count(each['spans'])})"
        for each in instrumentations
    )


def arriving(health: pl.DataFrame) -> str:
    """The sentence that answers: is anything arriving, and how fresh is it."""
    last_minute = value_of(health, "rate", "spans last minute")
    age = wording.elapsed(value_of(health, "freshness", "newest span"))
    if last_minute:
        count = wording.count(last_minute)
        return f"Spans are arriving: {count} in the last minute, the newest {age} ago."
    return f"Nothing arrived in the last minute; the newest span is {age} old."


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
