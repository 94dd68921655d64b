"""The rows of a query as a chart and as files."""

import altair as alt
import polars as pl
import polars.selectors as cs

from app.palette import Colours

MOST_BARS = 30


def axes(rows: pl.DataFrame) -> tuple[list[str], list[str]]:
    """Columns that a chart may lay out across, times and words first, and those it may draw."""
    drawn = rows.select(cs.numeric()).columns
    named = rows.select(cs.temporal() | cs.string()).columns
    return [*named, *drawn], drawn


def chart(rows: pl.DataFrame, across: str, up: str, colours: Colours) -> alt.Chart:
    """A line over time, bars over words (the first of them), points over numbers."""
    kind, colour = rows.schema[across], colours["within"]
    y = alt.Y(field=up, type="quantitative", title=up)
    if kind.is_temporal():
        marks = alt.Chart(rows.select(across, up)).mark_line(color=colour, point=True)
        x = alt.X(field=across, type="temporal", title=across)
    elif kind == pl.String:
        marks = alt.Chart(rows.select(across, up).head(MOST_BARS)).mark_bar(color=colour)
        x = alt.X(field=across, type="nominal", title=across, sort=None)
    else:
        marks = alt.Chart(rows.select(across, up)).mark_circle(color=colour, size=40)
        x = alt.X(field=across, type="quantitative", title=across)
    drawn: alt.Chart = marks.encode(x=x, y=y).properties(height=320)
    return drawn


def chart_text(rows: pl.DataFrame, across: str, up: str) -> str:
    """The same chart in words."""
    low, high = rows.select(pl.min(up), pl.max(up).alias("high")).row(0)
    return f"{up} by {across}, {rows.height} rows: from {low} to {high}"
