"""A brief as one page of HTML that stands by itself: to keep, print, or paste into a document."""

from collections.abc import Sequence
from datetime import datetime
from html import escape
from math import log

from app.dashboard import wording
from app.dashboard.what_if import brief_chart
from app.dashboard.what_if.brief import (
    CAVEATS,
    COMES,
    KEPT,
    VERDICTS,
    evidence,
    headline,
    rests_on,
    trade_headline,
    where_it_breaks,
)
from app.dashboard.what_if.brief_choice import Brief
from app.palette import LIGHT
from sql.briefs import DRAWS, Forecast
from sql.chains import Trade

UNBROKEN_DASH = "\N{WORD JOINER}–\N{WORD JOINER}"
WIDTH, HEIGHT, FOOT = 640, 180, 24
STYLE = (
    "body{font:15px/1.45 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;"
    f"color:{LIGHT['ink']}}}h1{{font-size:1.4rem}}h2{{font-size:1rem;margin-top:1.6rem}}"
    "table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}"
    f"th,td{{text-align:left;padding:.3rem .8rem .3rem 0;border-bottom:1px solid {LIGHT['line']};"
    "vertical-align:top}th{font-weight:400}small,footer,th{"
    f"color:{LIGHT['quiet']};font-size:.8125rem}}svg{{width:100%;height:auto}}"
)


def document(
    brief: Brief,
    forecast: Forecast,
    outcomes: Sequence[tuple[Trade, Forecast]],
    link: str,
    at: datetime,
) -> str:
    """The whole page."""
    title = f"Latency brief: {brief.title}"
    body = (
        f"<h1>{escape(title)}</h1>{_told(headline(brief, forecast))}"
        f"{_told(where_it_breaks(forecast))}{_told(evidence(forecast))}"
        f"{_chart(forecast)}<h2>The chain</h2>{_chain(forecast)}"
        f"<h2>Pick three of four</h2>{_told(trade_headline(outcomes))}{_trades(outcomes)}"
        f"{_footer(link, at)}"
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style></head><body>{body}</body></html>\n"
    )


def _told(words: str) -> str:
    return f"<p>{escape(words)}</p>"


def _chain(forecast: Forecast) -> str:
    rows = [
        (
            part.link.title,
            wording.duration(part.p50_ms),
            wording.duration(part.p95_ms),
            wording.duration(part.late_ms),
            rests_on(part),
        )
        for part in forecast.parts
    ]
    for metric, comes in COMES.items():
        p50, p95 = map(wording.duration, forecast.percentiles(0.5, 0.95, metric=metric))
        rows.append((f"Until the {comes}", p50, p95, "", ""))
    return _table(("Step", "p50", "p95", "When late", "Rests on"), rows)


def _trades(outcomes: Sequence[tuple[Trade, Forecast]]) -> str:
    rows = [
        (
            trade.given_up.capitalize(),
            KEPT[trade.given_up],
            wording.share(forecast.met),
            wording.interval(forecast.met_low, forecast.met_high).replace("–", UNBROKEN_DASH),
            VERDICTS[forecast.verdict][2],
        )
        for trade, forecast in outcomes
    ]
    return _table(("Given up", "Left", "In budget", "90 % interval", ""), rows)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    def line(tag: str, cells: Sequence[str]) -> str:
        return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"

    return f"<table>{line('th', heads)}{''.join(line('td', cells) for cells in rows)}</table>"


def _chart(forecast: Forecast) -> str:
    frame = brief_chart.bars(forecast)
    first_ms, last_ms = frame["from_ms"][0], frame["to_ms"][-1]

    def x_of(ms: float) -> float:
        return WIDTH * log(ms / first_ms) / log(last_ms / first_ms)

    shapes = []
    for from_ms, to_ms, density, side in frame.iter_rows():
        height = (HEIGHT - FOOT) * density
        colour = LIGHT["within" if side == brief_chart.SIDES[0] else "missed"]
        shapes.append(
            f'<rect x="{x_of(from_ms):.1f}" y="{HEIGHT - FOOT - height:.1f}" '
            f'width="{x_of(to_ms) - x_of(from_ms):.1f}" height="{height:.1f}" fill="{colour}"/>'
        )
    budget = x_of(forecast.goal.budget_ms)
    marks = [(0.0, "start", wording.duration(first_ms)), (WIDTH, "end", wording.duration(last_ms))]
    marks.append((budget, "middle", f"budget {wording.duration(forecast.goal.budget_ms)}"))
    labels = "".join(
        f'<text x="{x:.1f}" y="{HEIGHT - 6}" text-anchor="{anchor}" font-size="13">{words}</text>'
        for x, anchor, words in marks
    )
    line = f'<path d="M{budget:.1f} 0V{HEIGHT - FOOT}" stroke="black" stroke-dasharray="4 3"/>'
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{escape(brief_chart.draws_text(forecast))}">'
        f"{''.join(shapes)}{line}{labels}</svg>"
    )


def _footer(link: str, at: datetime) -> str:
    return (
        f"<footer><p>{DRAWS:,} draws of the whole chain. {escape(CAVEATS)}</p>"
        f"<p>Latency Tax, {at:%d %B %Y %H:%M} UTC. "
        f'<a href="{escape(link)}">{escape(link)}</a></p></footer>'
    )
