"""Tables of the Pipeline page: the model's rows, with words for their names."""

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
    of_coverage = pl.col("topic") == "coverage"
    return health.filter(of_coverage).select(
        pl.col("subject").alias("Fact"), Known="value", Of="detail"
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


def senders(services: pl.DataFrame) -> pl.DataFrame:
    """Each service with the instrumentation it sends through."""
    return services.rename(
        {
            "service": "Service",
            "environment": "Environment",
            "instrumentation": "Instrumentation",
            "spans": "Spans",
            "last_seen_at": "Last seen",
        }
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
