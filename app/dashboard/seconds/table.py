"""Time in each step of one use case as an HTML table, with requests to look at."""

from collections.abc import Sequence
from html import escape

import polars as pl

from app.dashboard import steps, wording
from app.dashboard.links import anchor, link_to_trace
from app.dashboard.seconds.words import BANDS, SHOWN_LEAST, Band, slow


def table(
    bands: Sequence[Band], changes: pl.DataFrame | None, kept: Sequence[tuple[str, str]]
) -> str:
    """A row for each step: its time in each band, what changed, and requests to look at."""
    band = slow(bands)
    headings = ["Step", *(BANDS[each.name] for each in bands)]
    headings += ["Change", "Examples"] if changes is not None else ["Examples"]
    rows = "".join(
        f"<tr>{_step(step)}{''.join(_time(each, step) for each in bands)}"
        f"{_change(step, band.name, changes)}{_examples(_slowest(bands, step), kept)}</tr>"
        for step in steps.STEPS
        if any(each.share(step) >= SHOWN_LEAST for each in bands)
    )
    heads = "".join(f'<th scope="col"{_aligned(heading)}>{heading}</th>' for heading in headings)
    return (
        '<table class="lt-board lt-even" aria-label="Time in each step">'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _aligned(heading: str) -> str:
    return ' class="lt-number"' if heading in BANDS.values() else ""


def _step(step: str) -> str:
    mark = f'<span class="lt-swatch" style="background:{steps.variable(step)}"></span>'
    return f'<td class="lt-wide">{mark} <b>{escape(steps.words(step))}</b></td>'


def _time(band: Band, step: str) -> str:
    label = BANDS[band.name]
    if step not in band.ms:
        return f'<td class="lt-number" data-label="{label}">{wording.UNKNOWN}</td>'
    share = f"<small>{wording.share(band.share(step))}</small>"
    figure = wording.duration(band.ms[step])
    return f'<td class="lt-number" data-label="{label}">{figure}{share}</td>'


def _change(step: str, band: str, changes: pl.DataFrame | None) -> str:
    if changes is None:
        return ""
    found = changes.filter((pl.col("step") == step) & (pl.col("band") == band))["ms_change"]
    change_ms = found[0] if found.len() else None
    return f'<td class="lt-half" data-label="Change">{wording.slower(change_ms)}</td>'


def _slowest(bands: Sequence[Band], step: str) -> list[str]:
    """Requests that spent most time in the step: of the slow band, else of the next that has it."""
    of_bands = [slow(bands), *reversed(bands)]
    return next((band.exemplars[step] for band in of_bands if step in band.exemplars), [])


def _examples(request_ids: Sequence[str], kept: Sequence[tuple[str, str]]) -> str:
    links = " ".join(
        anchor(link_to_trace(request_id, kept), str(number))
        for number, request_id in enumerate(request_ids, start=1)
    )
    return f'<td class="lt-wide" data-label="Examples">{links or wording.UNKNOWN}</td>'
