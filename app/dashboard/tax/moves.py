"""The best next moves: levers, each with what it would give back."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from app.dashboard import cells, wording
from app.dashboard.links import Pairs, anchor
from app.dashboard.what_if.levers import DOING


@dataclass(frozen=True, slots=True)
class Move:
    """One of the best things to do next: a lever in a use case."""

    use_case_title: str
    lever: str
    title: str
    metric: str
    n: int
    requests: int
    saved_p95_ms: float | None
    compliance_before: float | None
    compliance_after: float | None
    usd_week: float | None
    usd_week_low: float | None
    usd_week_high: float | None


def table(moves: Sequence[Move], kept: Pairs) -> str:
    """The best levers, each with what it would give back."""
    of_pairs = list(kept)
    rows = ((_move(move, of_pairs), *_gains(move)) for move in moves)
    heads = ("Next move", "A week", "p95 saves", "In budget", "Requests")
    return cells.table("The three best next moves", heads, rows)


def _move(move: Move, kept: Pairs) -> str:
    doing = DOING.get(move.lever, move.title)
    words = f"{doing[:1].upper()}{doing[1:]} in {wording.inside(move.use_case_title)}"
    url = f"what-if?{urlencode([*kept, ('of', move.use_case_title)])}"
    return f"<b>{anchor(url, words)}</b>"


def _gains(move: Move) -> tuple[str, ...]:
    week = wording.UNKNOWN
    if move.usd_week is not None:
        between = wording.usd_interval(move.usd_week_low, move.usd_week_high)
        week = f"{wording.usd(move.usd_week)}<small>{between}</small>"
    before = f"<small>instead of {wording.share(move.compliance_before)}</small>"
    return (
        week,
        wording.duration(move.saved_p95_ms),
        f"{wording.share(move.compliance_after)}{before}",
        f"{wording.count(move.n)}<small>of {wording.count(move.requests)}</small>",
    )
