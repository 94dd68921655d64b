"""The waterfall of one request: frames in, a Plotly figure out.

Few traces with arrays, so that hundreds of spans stay quick. Plotly reads some tags in every
text, so all text is escaped.
"""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
import polars as pl

from app.dashboard import steps, wording
from app.dashboard.safe_text import in_plotly
from app.dashboard.traces.waterfall_layout import (
    DEEPEST_INDENT,
    FONT_PX,
    Line,
    Scale,
    draw_lines,
    layout,
    scale_of,
)
from app.palette import Colours

NAME_LENGTH = 48
BAR = 0.62
PALE = 0.3
LEAST_SHARE = 0.0015
"""The least width of a bar, as a share of the axis: what took no time is seen as well."""


def waterfall(
    rows: pl.DataFrame, path: pl.DataFrame, lines: Sequence[Line], colours: Colours
) -> go.Figure:
    """The spans as pale bars from top to bottom, what was waited for drawn solid over them.

    `rows` as from `rows_of`, `path` as from `request_path`; a click on a row selects its span.
    """
    scale = scale_of(rows, lines)
    on_rows = path.join(rows.select("span_id", "row"), on="span_id", maintain_order="left")
    traces = [
        _names(rows, colours),
        _targets(rows, scale, colours),
        _bars(rows, scale, colours),
        _pieces(on_rows, scale, colours),
        _durations(rows, colours),
        _first_tokens(rows, scale, colours),
    ]
    figure = go.Figure(traces)
    figure.update_layout(**layout(rows.height, scale, colours))
    draw_lines(figure, lines, scale, colours)
    return figure


def waterfall_text(rows: pl.DataFrame, lines: Sequence[Line]) -> str:
    """The same chart in words."""
    longest = rows.top_k(3, by="path_ms").filter(pl.col("path_ms") > 0).iter_rows(named=True)
    waits = "; ".join(
        f"{in_plotly(row['name'], NAME_LENGTH)} {wording.duration(row['path_ms'])}"
        for row in longest
    )
    marks = "".join(f", {line.words}" for line in lines)
    waited = f". Waited for longest: {waits}" if waits else ""
    return f"Waterfall of {wording.plural(rows.height, 'span')} by start{marks}{waited}"


def _names(rows: pl.DataFrame, colours: Colours) -> go.Scatter:
    marks = rows["status"].replace_strict({"error": "▲ "}, default="")
    names = [
        mark + in_plotly(name, NAME_LENGTH)
        for mark, name in zip(marks, rows["name"].fill_null(wording.UNKNOWN), strict=True)
    ]
    return go.Scatter(
        x=rows["depth"].clip(upper_bound=DEEPEST_INDENT),
        y=rows["row"],
        xaxis="x2",
        mode="text",
        text=names,
        textposition="middle right",
        textfont={"color": colours["ink"], "size": FONT_PX},
        hoverinfo="skip",
        unselected={"textfont": {"color": colours["ink"]}},
    )


def _targets(rows: pl.DataFrame, scale: Scale, colours: Colours) -> go.Bar:
    """The whole of each row, unseen: what is pointed at, and tinted once it is chosen."""
    width = scale.at(scale.to_ms - scale.from_ms)
    return go.Bar(
        base=[scale.at(scale.from_ms)] * rows.height,
        x=[width] * rows.height,
        y=rows["row"],
        orientation="h",
        width=1,
        marker={"color": colours["quiet"], "opacity": 0, "line": {"width": 0}},
        selected={"marker": {"opacity": 0.16}},
        unselected={"marker": {"opacity": 0}},
        customdata=_hover(rows),
        hovertemplate=(
            "<b>%{customdata[1]}</b><br>%{customdata[2]}<br>%{customdata[3]}<extra></extra>"
        ),
    )


def _hover(rows: pl.DataFrame) -> list[list[str]]:
    return [
        [
            row["span_id"],
            in_plotly(row["name"] or wording.UNKNOWN, 2 * NAME_LENGTH),
            " · ".join(in_plotly(part, NAME_LENGTH) for part in _who(row)),
            f"{wording.duration(row['duration_ms'])} from {wording.duration(row['started_ms'])}"
            f"; on the critical path {wording.duration(row['path_ms'])}",
        ]
        for row in rows.iter_rows(named=True)
    ]


def _who(row: dict[str, Any]) -> list[str]:
    parts = (row["step"], row["model"] or row["tool"], row["service"])
    doubts = (
        "failed" if row["status"] == "error" else None,
        None if row["is_waited_for"] else "not waited for",
        "its parent never arrived" if row["is_orphan"] else None,
    )
    return [part for part in (*parts, *doubts) if part]


def _bars(rows: pl.DataFrame, scale: Scale, colours: Colours) -> go.Bar:
    least = (scale.to_ms - scale.from_ms) * LEAST_SHARE
    drawn_as = [steps.colour(steps.step_of_span(step), colours) for step in rows["step"]]
    return go.Bar(
        base=scale.of(rows["started_ms"]),
        x=scale.of(rows["duration_ms"].clip(lower_bound=least)),
        y=rows["row"],
        orientation="h",
        width=BAR,
        marker={"color": drawn_as, "opacity": PALE, "line": {"width": 0}},
        hoverinfo="skip",
        unselected={"marker": {"opacity": PALE}},
    )


def _pieces(on_rows: pl.DataFrame, scale: Scale, colours: Colours) -> go.Bar:
    least = (scale.to_ms - scale.from_ms) * LEAST_SHARE
    return go.Bar(
        base=scale.of(on_rows["started_ms"]),
        x=scale.of(on_rows["duration_ms"].clip(lower_bound=least)),
        y=on_rows["row"],
        orientation="h",
        width=BAR,
        marker={
            "color": [steps.colour(step, colours) for step in on_rows["step"]],
            "opacity": 1,
            "line": {"width": 0},
        },
        hoverinfo="skip",
        unselected={"marker": {"opacity": 1}},
    )


def _durations(rows: pl.DataFrame, colours: Colours) -> go.Scatter:
    """A column of figures at the right."""
    return go.Scatter(
        x=[1] * rows.height,
        y=rows["row"],
        xaxis="x3",
        mode="text",
        text=[wording.duration(ms) for ms in rows["duration_ms"]],
        textposition="middle left",
        textfont={"color": colours["ink"], "size": FONT_PX},
        hoverinfo="skip",
        unselected={"textfont": {"color": colours["ink"]}},
    )


def _first_tokens(rows: pl.DataFrame, scale: Scale, colours: Colours) -> go.Scatter:
    calls = rows.with_columns(pl.coalesce("first_audio_ms", "ttft_ms").alias("first_ms"))
    calls = calls.filter(pl.col("first_ms").is_not_null())
    return go.Scatter(
        x=scale.of(calls["started_ms"] + calls["first_ms"]),
        y=calls["row"],
        mode="markers",
        marker={
            "symbol": "diamond",
            "size": 8,
            "color": colours["paper"],
            "line": {"color": colours["ink"], "width": 1.5},
        },
        hoverinfo="skip",
        unselected={"marker": {"opacity": 1}},
    )
