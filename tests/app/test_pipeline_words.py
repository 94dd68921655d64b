"""What the pipeline page says of what arrives, and of what needs a look."""

import tomllib
from datetime import UTC, datetime, timedelta

import polars as pl

from app.dashboard.charts import (
    spans_per_minute,
    spans_per_minute_text,
)
from app.dashboard.pipeline import findings, tables
from app.dashboard.pipeline.refusals import refusal
from app.palette import LIGHT

NOW = datetime(2026, 11, 19, 15, tzinfo=UTC)


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_spans_per_minute_come_in_words() -> None:
    minutes = [NOW - timedelta(minutes=minute) for minute in (3, 2, 1)]
    rate = pl.DataFrame({"minute_at": minutes, "spans": [0, 1200, 40]})
    assert spans_per_minute(rate, LIGHT).to_dict()["title"]["text"].startswith("Spans per minute")
    assert spans_per_minute_text(rate) == (
        "Spans per minute over the last hour: at most 1,200 at 14:58 UTC, 40 in the last whole "
        "minute, none in 1 minute of 3"
    )


def test_minutes_of_the_first_hour_stand_in_a_whole_hour() -> None:
    """Two bars that fill the width would repeat the labels of their minutes."""
    rate = pl.DataFrame({"minute_at": [NOW - timedelta(minutes=1), NOW], "spans": [4, 9]})
    first, last = spans_per_minute(rate, LIGHT).to_dict()["encoding"]["x"]["scale"]["domain"]
    assert (first["hours"], first["minutes"]) == (14, 1)
    assert (last["hours"], last["minutes"]) == (15, 1)


HEALTH = pl.DataFrame(
    [
        ("rate", "spans last minute", 1200.0, "", None),
        ("freshness", "newest span", 4.0, "", True),
        ("lag", "received to loaded", 1.0, "", True),
        ("coverage", "first token of streamed calls", 0.83, "29,013 calls of the last day", False),
        ("coverage", "session of requests", None, "0 requests of the last day", None),
        ("flag", "end_before_start", 7.0, "shop", False),
        ("rejection", "trace_id_zero", 2.0, "sample", False),
        ("redaction", "redacted_email", 5.0, "kept", None),
        ("unknown_model", 'our "model"', 3.0, "", None),
        ("unknown_model", "gpt-5 at sla", 2.0, "", None),
    ],
    schema=["topic", "subject", "value", "detail", "is_fine"],
    orient="row",
)
SENDERS = pl.DataFrame({"service": ["shop", "web", "web"]})


def test_the_pipeline_opens_with_whether_data_is_arriving_and_healthy() -> None:
    fine = HEALTH.filter(pl.col("is_fine") | (pl.col("topic") == "rate"))
    assert findings.headline(fine, SENDERS) == (
        "Data is arriving and healthy: 1,200 spans in the last minute, from 2 services."
    )
    assert findings.headline(HEALTH, SENDERS).startswith(
        "Data is arriving but 3 things need a look"
    )
    assert plain(findings.headline(fine.filter(topic="freshness"), SENDERS)) == (
        "Nothing arrived in the last minute; the newest span is 4 s old."
    )


def test_each_thing_that_needs_a_look_comes_with_what_to_do() -> None:
    steps = findings.next_steps(HEALTH)
    assert [plain(what) for what in steps["Needs a look"]] == [
        "Trace id of zeros: 2 refused",
        "Ended before it started; kept with a duration of 0: 7 spans",
        "First token known for 83 % of 29,013 streamed calls",
    ]
    assert "NTP" in steps["What to do"][1]


def test_coverage_reads_as_a_sentence() -> None:
    said = plain(findings.coverage(HEALTH))
    assert "First token known for 83 % of 29,013 streamed calls" in said
    assert "Session known: no requests in the last day" in said


def test_doubts_and_what_was_taken_out_are_told_with_their_numbers() -> None:
    assert tables.doubtful(HEALTH).select("Spans", "Sent by").row(0) == ("7", "shop")
    assert tables.redacted(HEALTH).row(0) == ("E-mail addresses", "5")
    prices = tables.price_entries(tables.unpriced(HEALTH)["Model"].to_list())
    plain_price, sla_price = tomllib.loads(prices)["price"]
    assert plain_price["model"] == 'our "model"'
    assert (sla_price["model"], sla_price["service_tier"]) == ("gpt-5", "sla")


def test_an_unlisted_reason_is_still_said() -> None:
    assert refusal("quite_new") == ("Quite new", "See the sample.")
