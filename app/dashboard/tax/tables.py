"""What the Latency tax page writes as HTML; all that comes from settings or spans is escaped."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from html import escape
from urllib.parse import urlencode

from app.dashboard import cells, theme, wording
from app.dashboard.budgets import Budget
from app.dashboard.links import Pairs, anchor
from app.dashboard.tax import charts as tax_charts
from app.dashboard.tax.rows import ALL, Case, Piece, Tax, Total, mostly
from app.dashboard.tax.words import VERDICTS, amount, interval

MARKS = {
    "measured": ("ink", "●"),
    "blended": ("ink", "◐"),
    "insufficient_data": ("quiet", "○"),
    "not_identifiable": ("quiet", "○"),
}
PARTS = {
    "lost_conversions": ("Lost conversions", "No conversion to lose is known."),
    "fallback_quality": ("Lower quality of fallbacks", "No fallback to another model is known."),
    "speed_premium": ("Paid for speed", "Nothing paid for being faster is known."),
}
"""What each part is called, and what is said where there is none."""
COUNTED = cells.chip("ink", "●", "Counted, not estimated")
STYLE_SHEET = """
.lt-sum { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem 1rem; }
.lt-sum b { font-size: 2.6rem; line-height: 1.1; font-weight: 600; letter-spacing: -.02em; }
.lt-sum span { font-size: 1rem; }
.lt-sum small { flex-basis: 100%; color: var(--lt-quiet); font-size: .875rem; }
.lt-parts { display: grid; grid-template-columns: repeat(3, 1fr); gap: 1rem 2rem; margin: 0; }
.lt-parts > div { border-top: 1px solid var(--lt-line); padding-top: .6rem; }
.lt-parts h3 { margin: 0; padding: 0; font-size: .875rem; font-weight: 400;
  color: var(--lt-quiet); }
.lt-parts b { display: block; font-size: 1.3rem; font-weight: 600; }
.lt-parts small { display: block; color: var(--lt-quiet); font-size: .875rem; }
.lt-legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 0; font-size: .875rem; }
.lt-more { margin: 0; font-size: .875rem; }
.lt-more a { color: var(--lt-ink); }
.lt-nested { padding-left: 1.25rem; display: block; }
.lt-parts.lt-slos { grid-template-columns: repeat(auto-fill, minmax(13.5rem, 1fr)); }
.lt-slos h3 { font-weight: 600; color: var(--lt-ink); }
.lt-board b a, .lt-slos h3 a { color: inherit; text-decoration-color: var(--lt-line);
  text-underline-offset: .2em; }
.lt-board b a:hover, .lt-slos h3 a:hover { text-decoration-color: currentColor; }
@media (max-width: 640px) {
  .lt-parts { grid-template-columns: 1fr; }
  .lt-sum b { font-size: 2.1rem; }
}
"""


def figure(total: Total, losses: Total, told: Sequence[str], *, is_shown: bool) -> str:
    """The sum with its interval, and what it rests on; that of the losses where none is shown."""
    lines = "".join(f"<small>{escape(line)}</small>" for line in told)
    shown = amount(total) if is_shown else "No tax shown"
    between = interval(total if is_shown else losses)
    return f'<div class="lt-sum"><b>{shown}</b><span>90 % interval {between}</span>{lines}</div>'


def parts(tax: Tax) -> str:
    """The three parts of what is measured, side by side."""
    return f'<div class="lt-parts">{"".join(_part(tax, part) for part in PARTS)}</div>'


def _part(tax: Tax, part: str) -> str:
    title, absent = PARTS[part]
    total = tax.total(part=part)
    if total is None:
        benchmark = tax.total("benchmark", part)
        verdict = _chip(benchmark.verdict) if benchmark else f"<small>{absent}</small>"
        return f"<div><h3>{title}</h3><b>{wording.UNKNOWN}</b>{verdict}</div>"
    told = _paid(total) if part == "speed_premium" else _estimated(total)
    return f"<div><h3>{title}</h3><b>{wording.usd(total.usd)}</b>{told}</div>"


def _paid(total: Total) -> str:
    unpriced = f", {wording.count(total.unpriced)} without a price" if total.unpriced else ""
    n = f"<small>{wording.plural(total.n or 0, 'call')}{unpriced}</small>"
    saved = "" if (total.usd or 0) >= 0 else "<small>Fallbacks saved more than was paid</small>"
    return n + saved + COUNTED


def _estimated(total: Total) -> str:
    lost = f", {wording.count(total.lost_conversions)} lost" if total.lost_conversions else ""
    n = wording.plural(total.n or 0, "conversion")
    none = "" if total.is_tax_shown else "No tax shown: "
    return f"<small>{none}{interval(total)}</small><small>{n}{lost}</small>{_chip(total.verdict)}"


def legend(tax: Tax) -> str:
    """The colours of the steps; it wraps, where a chart's own would be cut."""
    names = (
        f'<span><i class="lt-swatch" style="background:{tax_charts.variable(step)}"></i>'
        f"{tax_charts.step_words(step)}</span>"
        for step in tax_charts.steps_of(tax)
    )
    return f'<p class="lt-legend">{"".join(names)}</p>'


def made_of(tax: Tax, kept: Pairs) -> str:
    """A row for each use case with a measured tax, and beneath it one for each tier."""
    heads = ("Use case and tier", "Cost", "90 % interval", "Of all", "Mostly", "Rests on")
    return cells.table("What the tax is made of", heads, _rows(tax, list(kept)))


def _rows(tax: Tax, kept: Pairs) -> Iterator[tuple[str, ...]]:
    for whole in tax.listed():
        case = tax.main_part(whole.use_case)
        name = anchor(link_to_use_case(case.title, kept), case.title)
        yield (
            f"<b>{name}</b>{_late(case)}",
            *_figures(whole, tax),
            _rests_on(case),
        )
        tiers = [
            piece
            for piece in tax.pieces
            if piece.basis == "measured" and piece.use_case == whole.use_case
            and piece.tier != ALL and piece.step == ALL and piece.is_large
        ]  # fmt: skip
        for tier in tiers if tiers[1:] else ():
            yield f'<span class="lt-nested">{escape(tier.tier)}</span>', *_figures(tier, tax), ""


def _rests_on(case: Case) -> str:
    if case.source == "accounting":
        return f"{COUNTED}<small>{wording.plural(case.n or 0, 'call')}</small>"
    return f"{_chip(case.verdict)}<small>{wording.plural(case.n or 0, 'conversion')}</small>"


def _figures(piece: Piece, tax: Tax) -> tuple[str, ...]:
    most = mostly(tax.pieces, piece.use_case, piece.tier)
    waits = wording.UNKNOWN
    if most:
        waits = f"{tax_charts.step_words(most.step)}<small>{_of_piece(most, piece)}</small>"
    return (
        wording.usd(piece.usd),
        _certainty(piece),
        wording.share(piece.share),
        waits,
    )


def _certainty(piece: Piece) -> str:
    """The interval; what was only counted has none."""
    if piece.usd_low == piece.usd_high:
        return "exact"
    return wording.usd_interval(piece.usd_low, piece.usd_high)


def _of_piece(most: Piece, whole: Piece) -> str:
    return f"{wording.usd(most.usd)} of {wording.usd(whole.usd)}"


def _late(case: Case) -> str:
    if case.late_ratio is None:
        return ""
    return f"<small>{wording.share(case.late_ratio)} of sessions over the budget</small>"


def refused(cases: Sequence[Case]) -> str:
    """Use cases of which only benchmarks can be shown, and why."""
    rows = (
        (
            cells.heading(case.title, case.reason),
            _chip(case.verdict),
            wording.usd_interval(case.usd_low, case.usd_high),
            wording.count(case.n),
        )
        for case in cases
    )
    heads = ("Use case", "Verdict", "Benchmark range", "Conversions")
    return cells.table("Industry benchmarks, not your data", heads, rows)


def compact_board(budgets: Sequence[Budget], now: datetime, kept: Pairs) -> str:
    """The budget that the tax counts from, of each use case that has requests."""
    of_pairs = list(kept)
    budget_blocks = (
        f"<div><h3>{anchor(link_to_use_case(budget.title, of_pairs), budget.title)}</h3>"
        f"{theme.chip(budget.state)} {wording.share(budget.compliance)}"
        f"<small>{escape(budget.promise)}</small><small>{escape(budget.left(now))}</small></div>"
        for budget in budgets
    )
    return f'<div class="lt-parts lt-slos">{"".join(budget_blocks)}</div>'


def to_board(kept: Pairs) -> str:
    """The link to all budgets."""
    link = anchor(f"budgets?{urlencode(list(kept))}", "All budgets, with percentiles and trends")
    return f'<p class="lt-more">{link}</p>'


def link_to_use_case(title: str, kept: Pairs) -> str:
    """The relative URL of a use case's page; `kept` are the filters that the reader has chosen."""
    return f"use-cases?{urlencode([*kept, ('of', title)])}"


def _chip(verdict: str) -> str:
    colour, mark = MARKS[verdict]
    return cells.chip(colour, mark, VERDICTS[verdict])
