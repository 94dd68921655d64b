"""The board as an HTML table; what comes from configuration or spans is escaped."""

from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime
from html import escape

import polars as pl

from app import palette
from app.dashboard import theme, wording
from app.dashboard.board.changes import Change, Changes
from app.dashboard.budgets import Budget

TREND = "In budget over time"
NUMBERS = {"p50", "p95", "p99", "Requests"}
WIDTH, HEIGHT, MARGIN = 160, 32, 3
HEADINGS = (
    *("Budget", "Verdict", "In budget", "Error budget"),
    *("p50", "p95", "p99", "Requests", TREND),
)
CHANGE_COLOURS = {"better": "within", "worse": "missed"}


def board_table(
    budgets: Sequence[Budget], changes: Changes, trend: pl.DataFrame, now: datetime
) -> str:
    """A row for each budget that has requests; its change where there is one."""
    headings = "".join(f'<th scope="col"{_aligned(heading)}>{heading}</th>' for heading in HEADINGS)
    rows = "".join(
        _row(
            budget,
            changes.get((budget.use_case, budget.position)),
            sparkline(_trend_of(budget, trend), budget),
            now,
        )
        for budget in budgets
    )
    return (
        '<table class="lt-board" aria-label="Budgets and how well they were kept">'
        f"<thead><tr>{headings}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _row(budget: Budget, change: Change | None, trend_image: str, now: datetime) -> str:
    interval = wording.interval(budget.compliance_low, budget.compliance_high)
    kept = f"{wording.share(budget.compliance)}<small>{interval}</small>"
    p95 = wording.duration(budget.p95)
    if change:
        kept, p95 = kept + _changed(change), p95 + _slower(change.p95_change)
    cells = (
        _cell(f"<b>{escape(budget.title)}</b><small>{escape(budget.promise)}</small>", "lt-wide"),
        _cell(theme.chip(budget.state), "lt-half", label="Verdict"),
        _cell(kept, "lt-half lt-figure", label="In budget"),
        _cell(_left(budget, now), "lt-wide", label="Error budget"),
        _cell(wording.duration(budget.p50), "lt-number", label="p50"),
        _cell(p95, "lt-number", label="p95"),
        _cell(_p99(budget), "lt-number", label="p99"),
        _cell(wording.count(budget.n), "lt-number", label="Requests"),
        _cell(trend_image, "lt-wide", label=TREND),
    )
    return f"<tr>{''.join(cells)}</tr>"


def _p99(budget: Budget) -> str:
    few = "<small>under 100 requests</small>" if budget.p99 is None and budget.n else ""
    return f"{wording.duration(budget.p99)}{few}"


def _changed(change: Change) -> str:
    if change.change is None:
        return "<small>nothing before</small>"
    if change.change not in CHANGE_COLOURS:
        return "<small>no clear change</small>"
    mark = "▲" if change.change == "better" else "▼"
    colour = palette.variable(CHANGE_COLOURS[change.change])
    words = f"{wording.points(change.compliance_change)} {change.change}"
    return f'<small style="color:{colour}">{_mark(mark)} {words}</small>'


def _slower(change_ms: float | None) -> str:
    if not change_ms:
        return ""
    return f"<small>{_mark('▲' if change_ms > 0 else '▼')} {wording.slower(change_ms)}</small>"


def _mark(shape: str) -> str:
    return f'<span aria-hidden="true">{shape}</span>'


def _aligned(heading: str) -> str:
    return ' class="lt-number"' if heading in NUMBERS else ""


def _cell(html: str, kind: str = "", *, label: str = "") -> str:
    labelled = f' data-label="{label}"' if label else ""
    return f'<td class="{kind}"{labelled}>{html}</td>'


def _left(budget: Budget, now: datetime) -> str:
    if budget.budget_left is None:
        return wording.UNKNOWN
    filled = max(0.0, budget.budget_left) or 1.0
    colour = palette.variable(palette.STATE_COLOURS[budget.lasting])
    meter = f'<span style="width:{filled:.0%};background:{colour}"></span>'
    period = f"<small>of {wording.plural(budget.window_days, 'day')}</small>"
    return f'{budget.left(now)}{period}<span class="lt-meter" aria-hidden="true">{meter}</span>'


def _trend_of(budget: Budget, trend: pl.DataFrame) -> list[float | None]:
    of_budget = (pl.col("use_case") == budget.use_case) & (pl.col("position") == budget.position)
    return trend.filter(of_budget)["compliance"].to_list()


def sparkline(compliances: Sequence[float | None], budget: Budget) -> str:
    """The share of each bucket's requests in budget, up to 100 %; dashed is the objective."""
    known = [compliance for compliance in compliances if compliance is not None]
    if not known:
        return wording.UNKNOWN
    bottom = min(*known, budget.objective)
    step = (WIDTH - 2 * MARGIN) / max(len(compliances) - 1, 1)

    def height(compliance: float) -> float:
        return MARGIN + (1 - compliance) / (1 - bottom) * (HEIGHT - 2 * MARGIN)

    points = " ".join(
        f"{MARGIN + index * step:.1f},{height(compliance):.1f}"
        for index, compliance in enumerate(compliances)
        if compliance is not None
    )
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" fill="none" '
        'preserveAspectRatio="none" '
        'stroke="black" stroke-linejoin="round" stroke-linecap="round">'
        f'<path d="M0 {height(budget.objective):.1f}H{WIDTH}" stroke-dasharray="3 3" '
        f'opacity="0.6"/><polyline points="{points}" stroke-width="1.5"/></svg>'
    )
    alt = (
        f"{budget.name} in budget over time: from {wording.share(known[0])} "
        f"to {wording.share(known[-1])}, at least {wording.share(min(known))}; "
        f"objective {wording.share(budget.objective)}"
    )
    # A mask, since Streamlit's sanitiser drops inline SVG, and an image would not follow the theme.
    mask = f"mask-image:url(data:image/svg+xml;base64,{b64encode(svg.encode()).decode()})"
    return f'<span class="lt-trend" role="img" aria-label="{escape(alt)}" style="{mask}"></span>'
