"""Charts: frames in, Altair out. Each comes with the text a screen reader speaks."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

import altair as alt
import polars as pl

from app import palette
from app.dashboard import wording
from app.dashboard.budgets import Budget
from app.palette import State
from app.pictures import TEXT_PX, AnyChart

ROW_PX = 26
MINUTE = timedelta(minutes=1)
TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50)
STATES: tuple[State, ...] = ("within", "at_risk", "missed", "too_few")
SHAPES = ("circle", "triangle-up", "diamond", "square")
WORDS = [palette.STATE_WORDS[state] for state in STATES]


def percentiles_to_budget(budgets: Sequence[Budget], colours: palette.Colours) -> AnyChart:
    """A row for each budget: its percentiles as multiples of it; one line is the budget."""
    names = alt.Axis(
        labelLimit=180,
        labelColor=colours["ink"],
        labelFlush=False,
        labelPadding=8,
        ticks=False,
        domain=False,
        grid=False,
    )
    multiples = alt.Axis(
        values=TICKS,
        labelExpr="format(datum.value, '~g') + ' ×'",
        domain=False,
        labelOverlap="greedy",
        labelFlush=True,
    )
    state_colours = [colours[palette.STATE_COLOURS[state]] for state in STATES]
    rows = alt.Chart(_rows(budgets)).encode(
        y=alt.Y("name:N", title=None, sort=None, axis=names),
        x=alt.X("due:Q", title="p50 to p95, × budget", axis=multiples).scale(
            type="log", nice=False, padding=56
        ),
        color=alt.Color("verdict:N", legend=None).scale(domain=WORDS, range=state_colours),
        tooltip=["name:N", "figure:N", "budget:N", "verdict:N", "requests:N"],
    )
    reach = rows.mark_rule(strokeWidth=2, opacity=0.45).encode(x2="p50:Q")
    points = rows.mark_point(filled=True, size=110, opacity=1).encode(
        shape=alt.Shape("verdict:N", legend=None).scale(domain=WORDS, range=list(SHAPES))
    )
    figures = rows.encode(text="figure:N", color=alt.value(colours["ink"]))
    halo = figures.mark_text(align="left", dx=10, stroke=colours["paper"], strokeWidth=5)
    words = figures.mark_text(align="left", dx=10)
    layers = (reach, halo, words, points)
    text = {"text": {"fontSize": TEXT_PX}}
    return alt.layer(*_budget_line(colours), *layers, height=alt.Step(ROW_PX), config=text)


def spans_per_minute(rate: pl.DataFrame, colours: palette.Colours) -> alt.Chart:
    """The last hour, a bar a minute; by square root, so that an import does not hide the rest."""
    title = alt.Title(
        "Spans per minute (UTC), square-root scale", anchor="start", fontWeight="normal"
    )
    minutes = alt.Axis(
        format="%H:%M",
        grid=False,
        tickCount=6,
        tickMinStep=MINUTE / timedelta(milliseconds=1),
        labelFlush=True,
    )
    newest = rate.row(-1, named=True)["minute_at"]
    hour = alt.Scale(domain=[_utc(newest - 59 * MINUTE), _utc(newest + MINUTE)])
    spans = alt.Axis(tickCount=4, format=",d", domain=False)
    bars = alt.Chart(rate, title=title, height=240).mark_bar(color=colours["quiet"])
    chart: alt.Chart = bars.encode(
        x=alt.X("utcyearmonthdatehoursminutes(minute_at):T", title=None, axis=minutes, scale=hour),
        y=alt.Y("spans:Q", title=None, axis=spans).scale(type="sqrt"),
        tooltip=[
            alt.Tooltip("utchoursminutes(minute_at):T", title="UTC"),
            alt.Tooltip("spans:Q", title="Spans", format=",d"),
        ],
    )
    return chart


def _utc(at: datetime) -> alt.DateTime:
    return alt.DateTime(
        year=at.year, month=at.month, date=at.day, hours=at.hour, minutes=at.minute, utc=True
    )


def spans_per_minute_text(rate: pl.DataFrame) -> str:
    """The same chart in words."""
    busiest = rate.top_k(1, by="spans").row(0, named=True)
    return (
        f"Spans per minute over the last hour: at most {wording.count(busiest['spans'])} "
        f"at {busiest['minute_at']:%H:%M} UTC, {wording.count(rate['spans'][-1])} in the last "
        f"whole minute, none in {wording.plural(rate.filter(spans=0).height, 'minute')} "
        f"of {rate.height}"
    )


def percentiles_to_budget_text(budgets: Sequence[Budget]) -> str:
    """The same chart in words."""
    rows = (
        f"{name}: {budget.due_figure} against {wording.duration(budget.threshold_ms)}, "
        f"{palette.STATE_WORDS[budget.state].lower()}"
        for name, budget in zip(_names(budgets), budgets, strict=True)
    )
    return "Percentiles of each budget as multiples of it. " + "; ".join(rows)


def _rows(budgets: Sequence[Budget]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "name": name,
            "p50": budget.p50_to_budget_ratio or None,  # the scale has no zero
            "due": budget.due_to_budget_ratio,
            "figure": budget.due_figure,
            "budget": wording.duration(budget.threshold_ms),
            "verdict": palette.STATE_WORDS[budget.state],
            "requests": wording.count(budget.n),
        }
        for name, budget in zip(_names(budgets), budgets, strict=True)
        if budget.due_to_budget_ratio
    )


def _names(budgets: Sequence[Budget]) -> list[str]:
    """The title, with as much of the objective as tells it from the others of its use case."""
    of_sli = Counter((budget.use_case, budget.sli) for budget in budgets)
    slis = Counter(use_case for use_case, _ in of_sli)

    def name(budget: Budget) -> str:
        words = [budget.title]
        if slis[budget.use_case] > 1:
            words.append(budget.sli)
        if of_sli[budget.use_case, budget.sli] > 1:
            words.append(wording.duration(budget.threshold_ms))
        return " · ".join(words)

    return [name(budget) for budget in budgets]


def _budget_line(colours: palette.Colours) -> tuple[alt.Chart, alt.Chart]:
    at_budget = alt.Chart(pl.DataFrame({"ratio": [1.0], "label": ["budget"]})).encode(x="ratio:Q")
    line = at_budget.mark_rule(color=colours["ink"], strokeDash=[4, 3])
    label = at_budget.mark_text(baseline="bottom", dy=-4, color=colours["ink"])
    return line, label.encode(text="label:N", y=alt.value(0))
