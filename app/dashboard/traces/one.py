"""One trace: what took how long in a sentence, a bar, a waterfall, and what each span says."""

from collections.abc import Sequence
from functools import partial

import polars as pl
import streamlit as st

from app import trace_queries
from app.dashboard import data, exports, links, theme, wording
from app.dashboard.exports import Caption
from app.dashboard.filters import Choices
from app.dashboard.request_words import Request, budget_sentence, cost, requests_of, sentence
from app.dashboard.safe_text import shown
from app.dashboard.seconds import composition
from app.dashboard.traces import listing, span_facts
from app.dashboard.traces.waterfall import waterfall, waterfall_text
from app.dashboard.traces.waterfall_layout import height_px, lines_of
from app.dashboard.traces.waterfall_rows import MOST_ROWS, rows_of
from app.trace_queries import Listing, Located, located

SCROLLS_FROM_PX = 700
ID_LENGTH = 80
NAME_LENGTH = 60


def show(snapshot: data.Snapshot, chosen: Choices, request_id: str) -> None:
    """Draw the request's trace."""
    found = requests_of(data.load(snapshot, trace_queries.request, request_id))
    asked = listing.from_url(
        chosen.filters, {name: st.query_params.get_all(name) for name in st.query_params}
    )
    st.html(_where_to(_neighbours(snapshot, asked, request_id)))
    if not found:
        theme.text(f"No request has the id “{shown(request_id, ID_LENGTH)}”.", "headline")
        return
    request = found[0]
    of = located(request.request_id, request.started_at, request.duration_ms)
    path = data.load(snapshot, trace_queries.path, of)
    steps = data.load(snapshot, trace_queries.composition, of)
    theme.text(sentence(request, steps), "headline")
    theme.text(budget_sentence(request), "lead")
    theme.text(_facts(request, snapshot), "note")
    if not steps.is_empty():
        st.html(composition.composition_bar(steps))
    _waterfall(snapshot, request, of, path)


def _waterfall(snapshot: data.Snapshot, request: Request, of: Located, path: pl.DataFrame) -> None:
    spans = data.load(snapshot, trace_queries.spans, of)
    budgets = data.load(snapshot, trace_queries.objectives, request.use_case or "")
    chart, beside = st.columns([7, 3], gap="medium")
    with chart, st.container(horizontal=True, vertical_alignment="center"):
        is_critical = st.toggle(
            "Critical path only",
            key="critical",
            bind="query-params",
            help="Only what the answer waited for; work beside it is left out.",
        )
        st.popover("Link to this trace").code(
            f"{st.context.url}?request={request.request_id}", language=None, wrap_lines=True
        )
    rows = rows_of(spans, path, "critical" if is_critical else "all")
    seen = (request.first_seen, request.perceived_ms)
    lines = lines_of(seen, budgets, request.duration_ms)
    span_key = f"span of {request.request_id}"
    with chart:
        theme.text(_drawn(spans.height, rows.height, is_critical=is_critical), "note")
        height = height_px(rows.height)
        with st.container(height=SCROLLS_FROM_PX if height > SCROLLS_FROM_PX else "content"):
            exports.waterfall(
                partial(waterfall, rows, path, lines),
                waterfall_text(rows, lines),
                _caption(request),
                lambda: _choose(span_key),
            )
    with beside:
        span_facts.show(snapshot, of, spans, span_key)


def _caption(request: Request) -> Caption:
    return Caption(
        f"{shown(request.name, NAME_LENGTH)} · {request.request_id}",
        wording.duration(request.duration_ms),
        f"{request.started_at:%-d %B %Y %H:%M:%S} UTC",
    )


def _choose(span_key: str) -> None:
    """A click on a row chooses its span, as the list of spans beside it does."""
    points = st.session_state["waterfall"].selection.points
    if points:
        st.session_state[span_key] = points[0]["customdata"][0]


def _drawn(spans: int, drawn: int, *, is_critical: bool) -> str:
    solid = "Solid: what the answer waited for; pale: the rest; diamonds: first tokens or sounds."
    if is_critical:
        return f"{drawn} of {wording.plural(spans, 'span')}. {solid}"
    if spans > MOST_ROWS:
        return (
            f"{wording.count(drawn)} of {wording.count(spans)} spans, those that weigh most; "
            f"the list beside has all. {solid}"
        )
    return f"{wording.plural(spans, 'span')}. {solid}"


def _facts(request: Request, snapshot: data.Snapshot) -> str:
    parts = (
        request.model,
        request.tier,
        request.channel,
        request.environment,
        f"{wording.moment(request.started_at, snapshot.version.minute)}:"
        f"{request.started_at:%S} UTC",
        None if request.cost_usd is None else cost(request.cost_usd),
    )
    return " · ".join(shown(part, ID_LENGTH) for part in parts if part)


def _neighbours(
    snapshot: data.Snapshot, asked: Listing, request_id: str
) -> Sequence[tuple[str, str]]:
    """Words and link to the list, and to the requests before and after in its order."""
    ids = data.load(snapshot, trace_queries.page_of_requests, asked)["request_id"].to_list()
    kept = links.kept_choices()
    around = [("‹ All requests", links.link_to_list(kept))]
    if request_id not in ids:
        return around
    place = ids.index(request_id)
    if place > 0:
        around.append(("Previous", links.link_to_trace(ids[place - 1], kept)))
    if place + 1 < len(ids):
        around.append(("Next", links.link_to_trace(ids[place + 1], kept)))
    return around


def _where_to(around: Sequence[tuple[str, str]]) -> str:
    anchors = "".join(links.anchor(link, words) for words, link in around)
    return f'<nav class="lt-where" aria-label="Requests">{anchors}</nav>'
