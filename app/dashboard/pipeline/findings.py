"""The Pipeline page in one sentence, and what somebody should do next."""

from collections.abc import Iterator
from html import escape

import polars as pl

from app import palette
from app.dashboard import wording
from app.dashboard.pipeline.refusals import doubt, refusal
from app.dashboard.pipeline.tables import value_of

FACTS = {
    "first token of streamed calls": (
        "First token known",
        "streamed calls",
        "Turn on streaming events in the library, or send gen_ai.response.time_to_first_chunk.",
    ),
    "model of model calls": ("Model known", "model calls", "Send gen_ai.request.model."),
    "tokens of model calls": (
        "Tokens known",
        "model calls",
        "Ask for usage in streams (stream_options.include_usage), or send gen_ai.usage.*.",
    ),
    "use case of requests": (
        "Use case known",
        "requests",
        "Set marketing.use_case, or a match for the service in latencytax.toml.",
    ),
    "session of requests": (
        "Session known",
        "requests",
        "Set session.id, so that conversions find their request.",
    ),
    "cost of requests that call models": (
        "Cost known",
        "requests that call models",
        "Give the models below a price in latencytax.toml.",
    ),
}
"""The fact, what it is known of, and what to do when it is not."""


def headline(health: pl.DataFrame, senders: pl.DataFrame) -> str:
    """Whether data is arriving, and whether it is healthy."""
    last_minute = value_of(health, "rate", "spans last minute")
    services = wording.plural(senders["service"].n_unique(), "service")
    if not last_minute:
        age = wording.elapsed(value_of(health, "freshness", "newest span"))
        return f"Nothing arrived in the last minute; the newest span is {age} old."
    wrong = len(list(_concerns(health)))
    state = "and healthy" if not wrong else f"but {_things(wrong)} a look"
    count = wording.count(last_minute)
    return f"Data is arriving {state}: {count} spans in the last minute, from {services}."


def _things(number: int) -> str:
    return "one thing needs" if number == 1 else f"{number} things need"


def next_steps(health: pl.DataFrame) -> pl.DataFrame:
    """What is not as it should be, and what to do about it."""
    return pl.DataFrame(
        ({"Needs a look": what, "What to do": remedy} for what, remedy in _concerns(health)),
        schema={"Needs a look": pl.String, "What to do": pl.String},
    )


def _concerns(health: pl.DataFrame) -> Iterator[tuple[str, str]]:
    rows = health.filter(~pl.col("is_fine"))
    for row in rows.filter(topic="freshness").iter_rows(named=True):
        age = wording.elapsed(row["value"])
        yield f"No spans for {age}", "Look whether the agents run, and at the exporter's address."
    for row in rows.filter(topic="lag").iter_rows(named=True):
        late = wording.elapsed(row["value"])
        yield f"Spans wait {late} until they are shown", "Give the collector more CPU."
    for row in rows.filter(topic="rejection").iter_rows(named=True):
        why, remedy = refusal(row["subject"])
        yield f"{why}: {wording.count(row['value'])} refused", remedy
    for row in rows.filter(topic="flag").iter_rows(named=True):
        what, remedy = doubt(row["subject"])
        yield f"{what}: {wording.plural(int(row['value']), 'span')}", remedy
    for row in rows.filter(topic="coverage").iter_rows(named=True):
        yield known(row["subject"], row["value"], row["detail"]), FACTS[row["subject"]][2]


def known(fact: str, share: float | None, basis: str) -> str:
    """``First token known for 83 % of 29,013 streamed calls``."""
    what, owners, _ = FACTS[fact]
    if share is None:
        return f"{what}: no {owners} in the last day"
    return f"{what} for {wording.share(share)} of {basis.split(' ', 1)[0]} {owners}"


def coverage(health: pl.DataFrame) -> str:
    """Each fact as a sentence above a bar, as HTML."""
    rows = health.filter(topic="coverage").sort("subject").iter_rows(named=True)
    cells = "".join(
        f'<div role="listitem">{escape(known(row["subject"], row["value"], row["detail"]))}'
        f"{_bar(row['value'], is_fine=row['is_fine'])}</div>"
        for row in rows
    )
    return f'<div class="lt-facts" role="list" aria-label="What is known">{cells}</div>'


def _bar(share: float | None, *, is_fine: bool | None) -> str:
    colour = palette.variable("within" if is_fine else "at_risk")
    filled = f'<span style="width:{share or 0:.1%};background:{colour}"></span>'
    return f'<span class="lt-meter" aria-hidden="true">{filled}</span>'
