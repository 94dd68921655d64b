"""What a digest says, in sentences and rows: nothing here knows HTML or mail."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from app.dashboard import wording
from app.dashboard.board.changes import Change, Changes, changes_of
from app.dashboard.budgets import Budget, budgets_of, headline
from app.dashboard.pipeline import findings
from app.dashboard.safe_text import shown
from app.dashboard.what_if.levers import WAIT
from app.digest import verdict, words
from app.digest.figures import Figures
from app.digest.links import Links
from app.digest.movement import Movement, movements
from app.digest.schedule import Run
from app.palette import State
from sql.mail_settings import Recipient

URGENCY: tuple[State, ...] = ("missed", "at_risk", "too_few", "within")


@dataclass(frozen=True, slots=True)
class Line:
    """One budget."""

    state: State
    title: str
    promise: str
    kept: str
    interval: str
    change: str
    direction: str | None
    """better or worse; None when neither is clear."""
    latency: str
    left: str
    url: str | None

    @property
    def is_brief(self) -> bool:
        """Whether there is nothing to tell but that it was kept."""
        return self.state == "within" and self.direction is None


@dataclass(frozen=True, slots=True)
class Point:
    """Something to know or to do: a heading, what is told of it, and the small print."""

    title: str
    text: str
    note: str = ""
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Digest:
    """All of it, for one recipient and one run."""

    subject: str
    period: str
    late: str
    """When it was due, where it comes late; else empty."""
    headline: str
    tax: str
    tax_note: str
    taxes: tuple[Point, ...]
    busy: tuple[Budget, ...]
    lines: tuple[Line, ...]
    """One for each of the busy budgets, what is missed first."""
    silent: str
    movements: tuple[Movement, ...]
    changes: tuple[Point, ...]
    """One for each of the movements."""
    moves: tuple[Point, ...]
    health: tuple[Point, ...]
    links: Links


def digest_of(
    found: Figures, recipient: Recipient, run: Run, links: Links, *, is_late: bool
) -> Digest:
    """The digest that these figures make."""
    gone_at = pl.col("exhausted_at").dt.convert_time_zone(recipient.time_zone)
    budgets = [
        replace(budget, title=shown(budget.title))  # charts draw titles, too
        for budget in budgets_of(found.board.with_columns(gone_at))
    ]
    busy = [budget for budget in budgets if budget.state != "no_data"]
    changes = changes_of(found.changes)
    moved = movements(busy, changes, found.owners)
    total, *of_cases = found.taxes.iter_rows(named=True)
    symbol = recipient.currency.symbol
    subject = verdict.subject(budgets, total, symbol)
    return Digest(
        subject=f"{subject} (late)" if is_late else subject,
        period=words.period(recipient, run),
        late=f"Late: it was due {words.due(recipient, run.scheduled_at)}." if is_late else "",
        headline=headline(budgets, "in this period"),
        tax=verdict.tax_sentence(total, symbol),
        tax_note=verdict.tax_note(total),
        taxes=tuple(_tax(row, symbol) for row in of_cases if row["measured"]),
        busy=tuple(busy),
        lines=tuple(_line(budget, changes, links, run) for budget in sorted(busy, key=_urgency)),
        silent=_silence(budgets),
        movements=moved,
        changes=tuple(_change(each, links) for each in moved),
        moves=tuple(_move(each, symbol) for each in found.moves.iter_rows(named=True)),
        health=_health(found.health),
        links=links,
    )


def _urgency(budget: Budget) -> int:
    return URGENCY.index(budget.state)


def _line(budget: Budget, changes: Changes, links: Links, run: Run) -> Line:
    change = changes.get((budget.use_case, budget.position))
    is_clear = change is not None and change.change in {"better", "worse"}
    return Line(
        state=budget.state,
        title=budget.title,
        promise=budget.promise,
        kept=wording.share(budget.compliance),
        interval=wording.interval(budget.compliance_low, budget.compliance_high),
        change=_changed(change),
        direction=change.change if change and is_clear else None,
        latency=f"{budget.due_percentile} {wording.duration(budget.due_ms)}",
        left=f"Error budget {budget.left(run.to_at)}" if budget.budget_left is not None else "",
        url=links.use_case(budget.use_case),
    )


def _changed(change: Change | None) -> str:
    if change is None or change.change is None:
        return "nothing to compare with"
    if change.change == "unclear":
        return "no clear change"
    return f"{wording.points(change.compliance_change)} {change.change}"


def _silence(budgets: Sequence[Budget]) -> str:
    silent = dict.fromkeys(budget.title for budget in budgets if budget.state == "no_data")
    return f"No requests: {', '.join(silent)}." if silent else ""


def _change(moved: Movement, links: Links) -> Point:
    url = links.seconds(moved.budget.use_case)
    return Point(moved.title, moved.compliance, moved.step_sentence, url)


def _tax(row: dict[str, Any], symbol: str) -> Point:
    return Point(row["title"], verdict.tax_of(row, symbol), row["reason"])


def _move(move: dict[str, Any], symbol: str) -> Point:
    after, before = map(wording.share, (move["compliance_after"], move["compliance_before"]))
    more, of = wording.count(move["more_in_budget"]), wording.plural(move["requests"], "request")
    text = f"{after} in budget instead of {before}: {more} more of {of}."
    if round(move["saved_p95_ms"]) > 0:
        sooner = wording.duration(move["saved_p95_ms"])
        text += f" At p95, {WAIT[move['metric']]} comes {sooner} sooner."
    title = f"{move['use_case_title']}: {wording.inside(move['title'])}"
    return Point(title, verdict.gives_back(move, symbol) + text, move["assumptions"])


def _health(health: pl.DataFrame) -> tuple[Point, ...]:
    return tuple(Point(*row) for row in findings.next_steps(health).iter_rows())
