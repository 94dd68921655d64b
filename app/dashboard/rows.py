"""The board as an HTML table; what comes from configuration or spans is escaped."""

from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime
from html import escape

import polars as pl

from app.dashboard import theme, wording
from app.dashboard.budgets import Budget

TREND = "p95 over time"
NUMBERS = {"p50", "p95", "p99", "n"}
WIDTH, HEIGHT, MARGIN = 200, 40, 3
HEADINGS = ("Budget", "Verdict", "In budget", "Error budget", "p50", "p95", "p99", "n", TREND)


def board_table(
    budgets: Sequence[Budget], trend: pl.DataFrame, now: datetime, colours: theme.Colours
) -> str:
    """A row for each budget that has requests."""
    headings = "".join(f'<th scope="col"{_aligned(heading)}>{heading}</th>' for heading in HEADINGS)
    rows = "".join(
        _row(budget, sparkline(_trend_of(budget, trend), budget, colours), now)
        for budget in budgets
    )
    return (
        '<table class="lt-board" aria-label="Budgets and how well they were kept">'
        f"<thead><tr>{headings}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _row(budget: Budget, trend_image: str, now: datetime) -> str:
    interval = wording.interval(budget.compliance_low, budget.compliance_high)
    kept = f'{wording.share(budget.compliance)}<small class="lt-interval">{interval}</small>'
    cells = (
        _cell(f"<b>{escape(budget.title)}</b><small>{escape(budget.promise)}</small>", "lt-wide"),
        _cell(theme.chip(budget.state), "lt-half"),
        _cell(kept, "lt-half", label="In budget"),
        _cell(_left(budget, now), "lt-wide", label="Error budget"),
        _cell(wording.duration(budget.p50), "lt-number", label="p50"),
        _cell(wording.duration(budget.p95), "lt-number", label="p95"),
        _cell(wording.duration(budget.p99), "lt-number", label="p99"),
        _cell(wording.count(budget.n), "lt-number", label="n"),
        _cell(trend_image, "lt-wide", label=TREND),
    )
    return f"<tr>{''.join(cells)}</tr>"


def _aligned(heading: str) -> str:
    return ' class="lt-number"' if heading in NUMBERS else ""


def _cell(html: str, kind: str = "", *, label: str = "") -> str:
    labelled = f' data-label="{label}"' if label else ""
    return f'<td class="{kind}"{labelled}>{html}</td>'


def _left(budget: Budget, now: datetime) -> str:
    filled = 1.0 if budget.state == "missed" else max(0.0, budget.budget_left or 0.0)
    colour = f"var(--lt-{theme.STATE_COLOURS[budget.state].replace('_', '-')})"
    meter = f'<span style="width:{filled:.0%};background:{colour}"></span>'
    return f'{budget.left(now)}<span class="lt-meter" aria-hidden="true">{meter}</span>'


def _trend_of(budget: Budget, trend: pl.DataFrame) -> list[float | None]:
    of_budget = (pl.col("use_case") == budget.use_case) & (pl.col("metric") == budget.metric)
    return trend.filter(of_budget)["p95"].to_list()


def sparkline(p95s_ms: Sequence[float | None], budget: Budget, colours: theme.Colours) -> str:
    """The p95 of each bucket as a line, the budget as a dashed one, on one scale from zero."""
    known = [p95 for p95 in p95s_ms if p95 is not None]
    if not known:
        return wording.UNKNOWN
    top = max(*known, budget.threshold_ms)
    step = (WIDTH - 2 * MARGIN) / max(len(p95s_ms) - 1, 1)

    def height(ms: float) -> float:
        return HEIGHT - MARGIN - ms / top * (HEIGHT - 2 * MARGIN)

    points = " ".join(
        f"{MARGIN + index * step:.1f},{height(p95):.1f}"
        for index, p95 in enumerate(p95s_ms)
        if p95 is not None
    )
    limit = f"M0 {height(budget.threshold_ms):.1f}H{WIDTH}"
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" fill="none">'
        f'<path d="{limit}" stroke="{colours["quiet"]}" stroke-dasharray="3 3"/>'
        f'<polyline points="{points}" stroke="{colours["ink"]}" stroke-width="1.5" '
        'stroke-linejoin="round"/></svg>'
    )
    alt = (
        f"p95 of {budget.name} over time: from {wording.duration(known[0])} "
        f"to {wording.duration(known[-1])}, at most {wording.duration(max(known))}; "
        f"budget {wording.duration(budget.threshold_ms)}"
    )
    # An image, since Streamlit's sanitiser drops inline SVG.
    image = b64encode(svg.encode()).decode()
    return f'<img class="lt-trend" src="data:image/svg+xml;base64,{image}" alt="{escape(alt)}">'
