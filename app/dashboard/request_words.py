"""One request in words: what the reader sees first when a trace is opened."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import polars as pl

from app.dashboard import steps, wording
from app.dashboard.safe_text import shown

OUTCOMES = {
    "ok": "Answered",
    "error": "Failed",
    "timeout": "Timed out",
    "cancelled": "Abandoned",
}
_ENDED = {"ok": "took", "error": "failed after", "timeout": "timed out after"}
_ABANDONED = "was abandoned after"
_NOTHING = {"first_token": "saw", "first_audio": "heard"}
_PERCEIVED = {
    "first_token": "first word seen",
    "first_audio": "first sound heard",
    "full": "answer seen",
}
SUBJECT_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Request:
    """A row of request_list; None is unknown."""

    request_id: str
    started_at: datetime
    use_case: str | None
    title: str | None
    channel: str | None
    environment: str | None
    service: str | None
    model: str | None
    tier: str | None
    outcome: str
    duration_ms: float
    perceived_ms: float | None
    perceived_kind: str | None
    spans: int
    cost_usd: float | None
    complete: bool
    budget_sli: str | None
    budget_ms: float | None
    over_budget_ms: float | None

    @property
    def name(self) -> str:
        """The use case, else the service."""
        return shown(self.title or self.service or "request", SUBJECT_LENGTH)

    @property
    def first_seen(self) -> str:
        """What the user perceives first: ``first word seen``."""
        return _PERCEIVED.get(self.perceived_kind or "full", "answer seen")


def requests_of(rows: pl.DataFrame) -> list[Request]:
    """The rows of the list, in its order."""
    columns = [field.name for field in fields(Request)]
    return [Request(**row) for row in rows.select(columns).iter_rows(named=True)]


def sentence(request: Request, composition: pl.DataFrame) -> str:
    """The sentence that answers: how long, how long with nothing to see, and what took longest."""
    kind = "answer" if request.outcome == "ok" else "request"
    ended = _ENDED.get(request.outcome, _ABANDONED)
    least = "" if request.complete else "at least "
    took = f"{ended} {least}{wording.duration(request.duration_ms)}"
    opening = f"This {wording.inside(request.name)} {kind} {took}"
    return f"{opening}{_waited(request)}.{_longest(composition)}"


def _waited(request: Request) -> str:
    verb = _NOTHING.get(request.perceived_kind or "")
    if verb is None or request.perceived_ms is None:
        return ""
    return f"; the user {verb} nothing for {wording.duration(request.perceived_ms)}"


def _longest(composition: pl.DataFrame) -> str:
    if composition.is_empty():
        return ""
    row = composition.top_k(1, by="subject_ms").row(0, named=True)
    figure = wording.duration(row["subject_ms"])
    if row["subject_ms"] > composition["ms"].sum() / 2:
        return f" Most of it was waiting for {_subject(row)} ({figure})."
    return f" The longest wait was for {_subject(row)} ({figure})."


def _subject(row: dict[str, Any]) -> str:
    subject = shown(row["subject"] or wording.UNKNOWN, SUBJECT_LENGTH)
    return steps.STEPS[row["step"]].doing.format(subject=subject)


def budget_sentence(request: Request) -> str:
    """How the request did against its budget."""
    if request.budget_ms is None:
        return "It has no budget, since nothing tells its use case."
    sli = wording.SLI_WORDS.get(request.budget_sli or "", "response")
    if request.over_budget_ms is None:
        return f"Its {sli} is not known, so it counts neither for nor against its budget."
    budget = f"its {sli} budget of {wording.duration(request.budget_ms)}"
    if request.over_budget_ms <= 0:
        return f"Within {budget}, {wording.duration(-request.over_budget_ms)} to spare."
    return f"{wording.duration(request.over_budget_ms)} over {budget}."


def cost(usd: float | None) -> str:
    """``$0.0042``: two figures that count, since a request costs fractions of a cent."""
    if usd is None:
        return wording.UNKNOWN
    if usd >= 1:
        return f"${usd:,.2f}"
    return "$0" if usd == 0 else f"${float(f'{usd:.2g}'):.10f}".rstrip("0")
