"""What one span says: its own facts, attributes, events and resource. All text is data."""

from datetime import datetime
from typing import Any

import polars as pl
import streamlit as st

from app import trace_queries
from app.dashboard import data, exports, wording
from app.dashboard.safe_text import shown
from app.trace_queries import Located

NAME_LENGTH = 60
VALUE_LENGTH = 600
FACTS = {
    "step": "Step",
    "service": "Service",
    "model": "Model",
    "kind": "Kind",
    "scope": "Instrumentation",
    "host": "Host",
    "status_message": "Message",
}
TOKENS = {
    "input_tokens": "Tokens in",
    "cached_tokens": "of them cached",
    "output_tokens": "Tokens out",
}


def show(snapshot: data.Snapshot, of: Located, spans: pl.DataFrame, key: str) -> None:
    """Let the reader choose a span, and draw what it says."""
    names = dict(zip(spans["span_id"], _names(spans), strict=True))
    span_id = st.selectbox("Span", list(names), format_func=lambda each: names[each], key=key)
    if span_id is None:
        return
    found = data.load(snapshot, trace_queries.span, of, span_id).to_dicts()
    for span in found:
        exports.words(_facts(span), "Span")
        _section("Attributes", _pairs(span["attributes"]))
        _section("Events", _events(span["events"], span["started_at"]))
        _section("Resource", _pairs(span["resource"]))


def _names(spans: pl.DataFrame) -> list[str]:
    return [
        f"{row['position']} · {shown(row['name'] or wording.UNKNOWN, NAME_LENGTH)} · "
        f"{wording.duration(row['duration_ms'])}"
        for row in spans.iter_rows(named=True)
    ]


def _facts(span: dict[str, Any]) -> pl.DataFrame:
    facts = {"Duration": wording.duration(span["duration_ms"])}
    if span["status"] == "error":
        facts["Status"] = "failed"
    if span["ttft_ms"] is not None:
        facts["First token after"] = wording.duration(span["ttft_ms"])
    facts |= {words: shown(span[name], VALUE_LENGTH) for name, words in FACTS.items() if span[name]}
    facts |= {words: wording.count(span[name]) for name, words in TOKENS.items() if span[name]}
    return pl.DataFrame({"Fact": list(facts), "Value": list(facts.values())})


def _pairs(pairs: list[dict[str, str]] | None) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "Key": shown(pair["key"], NAME_LENGTH),
            "Value": shown(pair["value"] or "", VALUE_LENGTH),
        }
        for pair in pairs or []
    )


def _events(events: list[dict[str, Any]] | None, started_at: datetime) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "Event": shown(event["name"] or wording.UNKNOWN, NAME_LENGTH),
            "After": wording.duration((event["at"] - started_at).total_seconds() * 1000),
            "Says": "; ".join(
                f"{shown(pair['key'], NAME_LENGTH)}: {shown(pair['value'] or '', VALUE_LENGTH)}"
                for pair in event["attributes"] or []
            ),
        }
        for event in events or []
    )


def _section(title: str, frame: pl.DataFrame) -> None:
    if not frame.is_empty():
        st.subheader(title, anchor=False)
        exports.words(frame, title)
