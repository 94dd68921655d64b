"""How a waterfall is laid out: names at the left, time on top, moments marked across."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go
import polars as pl

from app.dashboard import wording
from app.dashboard.safe_text import in_plotly
from app.palette import Colours

ROW_PX = 22
TOP_PX = 74
BOTTOM_PX = 34
NAMES_SHARE, FIGURES_SHARE = 0.3, 0.11
"""How much of the width names and durations take; what does not fit is cut off there."""
DEEPEST_INDENT = 10
FONT, FONT_PX = "Source Sans, sans-serif", 12
CLEAR = "rgba(0,0,0,0)"
BUDGETS_UP_TO = 1.6
"""A budget is drawn when the request took at least about two thirds of it."""
SECOND_MS = 1000


@dataclass(frozen=True, slots=True)
class Line:
    """A moment of the request that is marked from top to bottom."""

    at_ms: float
    words: str
    is_budget: bool


@dataclass(frozen=True, slots=True)
class Scale:
    """The time axis: milliseconds for quick requests, seconds for others."""

    from_ms: float
    to_ms: float

    @property
    def in_seconds(self) -> bool:
        """Whether the axis counts seconds."""
        return self.to_ms - self.from_ms >= 2 * SECOND_MS

    @property
    def unit(self) -> str:
        """``s`` or ``ms``."""
        return "s" if self.in_seconds else "ms"

    def of(self, ms: pl.Series) -> pl.Series:
        """Milliseconds on this axis."""
        return ms / SECOND_MS if self.in_seconds else ms

    def at(self, ms: float) -> float:
        """The same for one moment."""
        return ms / SECOND_MS if self.in_seconds else ms


def lines_of(
    perceived: tuple[str, float | None], objectives: pl.DataFrame, duration_ms: float
) -> list[Line]:
    """What is first seen or heard, and the budgets that are near enough to be drawn."""
    words, perceived_ms = perceived
    budgets = [
        Line(ms, f"{wording.SLI_WORDS.get(sli, sli)} budget {wording.duration(ms)}", is_budget=True)
        for sli, ms in objectives.select("metric", "threshold_ms").iter_rows()
        if ms <= duration_ms * BUDGETS_UP_TO
    ]
    if perceived_ms is None:
        return budgets
    seen = Line(perceived_ms, f"{words} {wording.duration(perceived_ms)}", is_budget=False)
    return [seen, *budgets]


def scale_of(rows: pl.DataFrame, lines: Sequence[Line]) -> Scale:
    """The axis that holds every span and every line."""
    ends = (rows["started_ms"] + rows["duration_ms"]).to_list()
    starts = rows["started_ms"].to_list()
    return Scale(min([0.0, *starts]), max([1.0, *ends, *(line.at_ms for line in lines)]))


def height_px(rows: int) -> int:
    """What so many rows take, with what stands above and below them."""
    return TOP_PX + BOTTOM_PX + ROW_PX * max(rows, 1)


def layout(rows: int, scale: Scale, colours: Colours) -> dict[str, Any]:
    """How the chart is laid out: names at the left, time on top, as high as its rows."""
    nothing = {"visible": False, "fixedrange": True}
    return {
        "height": height_px(rows),
        "margin": {"l": 0, "r": 0, "t": TOP_PX, "b": BOTTOM_PX},
        "barmode": "overlay",
        "showlegend": False,
        "dragmode": False,
        "hovermode": "closest",
        "paper_bgcolor": colours["paper"],
        "plot_bgcolor": CLEAR,
        "font": {"family": FONT, "size": FONT_PX, "color": colours["ink"]},
        "modebar": {"bgcolor": CLEAR, "color": colours["quiet"], "activecolor": colours["ink"]},
        "hoverlabel": {
            "align": "left",
            "bgcolor": colours["paper"],
            "bordercolor": colours["line"],
            "font": {"family": FONT, "color": colours["ink"], "size": 13},
        },
        "xaxis": {
            "domain": [NAMES_SHARE, 1 - FIGURES_SHARE],
            "range": [scale.at(scale.from_ms), scale.at(scale.to_ms)],
            "side": "top",
            "ticksuffix": f" {scale.unit}",
            "gridcolor": colours["line"],
            "tickcolor": colours["line"],
            "zeroline": False,
            "nticks": 7,
            "tickfont": {"color": colours["quiet"]},
        },
        "xaxis2": {**nothing, "domain": [0, NAMES_SHARE], "range": [0, 2 * DEEPEST_INDENT]},
        "xaxis3": {**nothing, "domain": [1 - FIGURES_SHARE, 1], "range": [0, 1]},
        "yaxis": {**nothing, "range": [rows - 0.5, -0.5]},
    }


def draw_lines(figure: go.Figure, lines: Sequence[Line], scale: Scale, colours: Colours) -> None:
    """Mark each moment from top to bottom; its words stand above, each in a row of its own."""
    for level, line in enumerate(lines):
        colour = colours["quiet"] if line.is_budget else colours["ink"]
        is_late = line.at_ms > scale.from_ms + 0.6 * (scale.to_ms - scale.from_ms)
        figure.add_shape(
            type="line",
            x0=scale.at(line.at_ms),
            x1=scale.at(line.at_ms),
            yref="paper",
            y0=0,
            y1=1,
            line={"color": colour, "width": 1.5, "dash": "dash" if line.is_budget else "solid"},
        )
        figure.add_annotation(
            x=scale.at(line.at_ms),
            yref="paper",
            y=1,
            yanchor="bottom",
            yshift=20 + 15 * level,
            xanchor="right" if is_late else "left",
            showarrow=False,
            text=in_plotly(line.words),
            font={"color": colour, "size": FONT_PX},
        )
