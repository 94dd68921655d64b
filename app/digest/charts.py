"""The digest's charts as PNG, for light and for dark mail programs; as wide as on a phone."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import Any

import altair as alt
import polars as pl
from PIL import Image

from app import palette
from app.dashboard import charts, steps, wording
from app.dashboard.seconds.words import SHOWN_LEAST
from app.digest.content import Digest
from app.digest.movement import SLOWEST, Movement
from app.pictures import AnyChart, png

WIDTH_PX = 400
SCALE = 2
"""Pixels of the picture for each of its points: sharp on a phone."""
BAR_PX = 26
PALETTE = 64


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart of the digest."""

    name: str
    alt: str
    light: bytes
    dark: bytes
    width_px: int = WIDTH_PX


def pictures(digest: Digest, of_steps: pl.DataFrame) -> list[Picture]:
    """The charts that the digest has something for; `of_steps` is where_time_goes_compared."""
    return [*_of_budgets(digest), *_of_steps(digest, of_steps)]


def _of_budgets(digest: Digest) -> Iterator[Picture]:
    if digest.busy:
        images = _both(partial(charts.percentiles_to_budget, digest.busy))
        yield Picture("budgets", charts.percentiles_to_budget_text(digest.busy), *images)


def _of_steps(digest: Digest, of_steps: pl.DataFrame) -> Iterator[Picture]:
    """The steps of the largest change that a step owns."""
    for moved in digest.movements:
        if moved.owner:
            rows, whose = _rows(of_steps, moved.owner), _whose(moved, moved.owner)
            told = "; ".join(f"{row['step']} {row['figure']}" for row in rows.iter_rows(named=True))
            yield Picture("steps", f"{whose}: {told}", *_both(partial(_steps, rows, whose)))
            return


def _both(draw: Callable[[palette.Colours], AnyChart]) -> tuple[bytes, bytes]:
    return _png(draw(palette.LIGHT), palette.LIGHT), _png(draw(palette.DARK), palette.DARK)


def _png(chart: AnyChart, colours: palette.Colours) -> bytes:
    return _small(png(chart, colours, WIDTH_PX, SCALE))


def _small(png: bytes) -> bytes:
    """The same with a palette."""
    image = Image.open(BytesIO(png)).convert("RGB")
    small = BytesIO()
    image.quantize(PALETTE, dither=Image.Dither.NONE).save(small, "PNG", optimize=True)
    return small.getvalue()


def _steps(rows: pl.DataFrame, whose: str, colours: palette.Colours) -> AnyChart:
    """A row for each step: a bar as long as it takes, a line where it was before."""
    names = alt.Axis(labelColor=colours["ink"], ticks=False, domain=False, labelPadding=8)
    scale = alt.Axis(tickCount=4, domain=False, format=",d")
    chart = alt.Chart(rows).encode(y=alt.Y("step:N", title=None, sort=None, axis=names))
    now = chart.mark_bar(height=BAR_PX / 2, color=colours["within"], opacity=0.75).encode(
        x=alt.X("ms:Q", title=[f"{whose}, mean ms", "line: period before"], axis=scale)
    )
    before = chart.mark_tick(thickness=2, height=BAR_PX * 0.8, color=colours["ink"]).encode(
        x="ms_before:Q"
    )
    figures = chart.mark_text(align="left", dx=6, color=colours["ink"]).encode(
        x="end_ms:Q", text="figure:N"
    )
    return alt.layer(now, before, figures, height=alt.Step(BAR_PX))


def _rows(of_steps: pl.DataFrame, owner: dict[str, Any]) -> pl.DataFrame:
    """The steps of the band in the order of charts, without those that hardly take time."""
    band = of_steps.filter(
        use_case=owner["use_case"], metric=owner["metric"], band=owner["band"]
    ).with_columns(pl.max_horizontal("ms", "ms_before").alias("end_ms"))
    shown = band.filter(pl.col("end_ms") >= SHOWN_LEAST * pl.col("ms").sum())
    of_step = {row["step"]: row for row in shown.iter_rows(named=True)}
    return pl.DataFrame(
        {
            "step": steps.words(step),
            "figure": wording.slower(of_step[step]["ms_change"]),
            **{name: of_step[step][name] for name in ("ms", "ms_before", "end_ms")},
        }
        for step in steps.STEPS
        if step in of_step
    )


def _whose(moved: Movement, owner: dict[str, Any]) -> str:
    return f"{moved.budget.title}, {SLOWEST[owner['band']]}"
