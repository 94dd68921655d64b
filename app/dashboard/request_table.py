"""The list of requests as an HTML table of links; what comes from spans is escaped."""

from collections.abc import Sequence
from datetime import datetime
from html import escape

from app import palette
from app.dashboard import wording
from app.dashboard.links import Pairs, anchor, link_to_trace
from app.dashboard.request_words import OUTCOMES, Request, cost
from app.dashboard.safe_text import shown

NAME_LENGTH = 40
HEADINGS = {
    "Request": "",
    "Model": "",
    "First seen or heard": "lt-number",
    "Response": "lt-number",
    "Budget": "",
    "Outcome": "",
    "Spans": "lt-number",
    "Cost": "lt-number",
}
SEEN = {"first_token": "first word", "first_audio": "first sound", "full": "whole answer"}


def request_table(requests: Sequence[Request], kept: Pairs, now: datetime) -> str:
    """A row for each request; the row is a link to its trace."""
    headings = "".join(
        f'<th scope="col" class="{kind}">{name}</th>' for name, kind in HEADINGS.items()
    )
    choices = list(kept)
    rows = "".join(
        _row(request, link_to_trace(request.request_id, choices), now) for request in requests
    )
    return (
        '<table class="lt-board lt-requests" aria-label="Requests">'
        f"<thead><tr>{headings}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _row(request: Request, link: str, now: datetime) -> str:
    when = wording.moment(request.started_at, now)
    seconds = f"{request.started_at:%S}"
    name = f"{anchor(link, request.name)}<small>{when}:{seconds}</small>"
    model = f"{_text(request.model)}<small>{_text(request.tier)}</small>"
    seen = f"{wording.duration(request.perceived_ms)}<small>{_seen(request)}</small>"
    cells = (
        ("lt-wide", "", name),
        ("lt-half lt-model", "Model", model),
        ("lt-number lt-half", "First seen or heard", seen),
        ("lt-number lt-half", "Response", wording.duration(request.duration_ms)),
        ("lt-half", "Budget", _budget(request)),
        ("lt-half", "Outcome", _outcome(request)),
        ("lt-number", "Spans", wording.count(request.spans)),
        ("lt-number", "Cost", cost(request.cost_usd)),
    )
    return "<tr>" + "".join(_cell(kind, label, html) for kind, label, html in cells) + "</tr>"


def _cell(kind: str, label: str, html: str) -> str:
    labelled = f' data-label="{label}"' if label else ""
    return f'<td class="{kind}"{labelled}>{html}</td>'


def _text(words: str | None) -> str:
    return escape(shown(words, NAME_LENGTH)) if words else wording.UNKNOWN


def _seen(request: Request) -> str:
    return SEEN.get(request.perceived_kind or "", "")


def _budget(request: Request) -> str:
    if request.over_budget_ms is None:
        return wording.UNKNOWN
    if request.over_budget_ms <= 0:
        return _chip("within", palette.STATE_MARKS["within"], "Within")
    over = f"{wording.duration(request.over_budget_ms)} over"
    return _chip("missed", palette.STATE_MARKS["missed"], over)


def _outcome(request: Request) -> str:
    words = OUTCOMES.get(request.outcome, OUTCOMES["error"])
    return words if request.outcome == "ok" else f"<b>{words}</b>"


def _chip(colour: str, mark: str, words: str) -> str:
    return (
        f'<span class="lt-chip" style="color:{palette.variable(colour)}">'
        f'<span aria-hidden="true">{mark}</span> {words}</span>'
    )
