"""Where the seconds of one use case go: the rows of the model as people read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import polars as pl

from app.dashboard import steps, wording
from app.dashboard.links import anchor, link_to_trace

BANDS = {
    "p0-50": "Fast half",
    "p50-95": "Slow half",
    "p95-99": "Slowest 5 %",
    "p99+": "Slowest 1 %",
}
"""Bands from fast to slow; each leaves out those that have a row of their own."""

METRICS = {"perceived": "Until the first word or sound", "response": "Until the whole answer"}
UNTIL = {"perceived": "to be first heard or read", "response": "to be answered in full"}
NOBODYS = ("network", "orchestration")
WAITING = {
    "llm_prefill": "waiting for the model’s first token",
    "llm_decode": "the model writing",
    "llm_unsplit": "the model",
    "tool": "tools",
    "tts": "speech synthesis",
    "asr": "speech recognition",
}
"""What the largest step is called inside the sentence."""
SHOWN_LEAST = 0.005
"""A smaller share of every band is in the chart, not in the table."""


@dataclass(frozen=True, slots=True)
class Band:
    """The requests of one band, and how long they spent in each step on average."""

    name: str
    n: int
    ms: dict[str, float]
    """Mean time by step, in the order in which charts stack them [ms]."""
    exemplars: dict[str, list[str]]
    """Ids of the requests that spent most time in a step."""

    @property
    def total_ms(self) -> float:
        """Mean latency of the band."""
        return sum(self.ms.values())

    def share(self, *of_steps: str) -> float:
        """Share of the band's time that these steps take."""
        return sum(self.ms.get(step, 0.0) for step in of_steps) / self.total_ms


def bands_of(cells: pl.DataFrame, use_case: str) -> list[Band]:
    """The bands of a use case that have requests, fast to slow."""
    of_case = cells.filter(pl.col("use_case") == use_case)
    return [
        _band(name, of_case.filter(pl.col("band") == name))
        for name in BANDS
        if name in of_case["band"]
    ]


def slow(bands: Sequence[Band]) -> Band:
    """The band around the 95th percentile, or the slowest below it when requests are few."""
    return next((band for band in bands if band.name == "p95-99"), bands[-1])


def headline(bands: Sequence[Band], title: str, metric: str) -> str:
    """The sentence that answers: what the slow answers wait for."""
    band = slow(bands)
    step = max(band.ms, key=band.ms.__getitem__)
    largest = WAITING.get(step, wording.inside(steps.words(step)))
    return (
        f"{_which(band)} of {wording.inside(title)} requests take "
        f"{wording.duration(band.total_ms)} {UNTIL[metric]}; "
        f"{wording.share(band.share(step))} of that is {largest}."
    )


def nobodys(bands: Sequence[Band]) -> str:
    """What no model or tool works in."""
    band = slow(bands)
    network, orchestration = (band.share(step) for step in NOBODYS)
    return (
        f"Network and orchestration, in which no model and no tool works, take "
        f"{wording.share(network + orchestration)} of it: "
        f"{wording.duration((network + orchestration) * band.total_ms)} a request "
        f"({wording.share(network)} network, {wording.share(orchestration)} orchestration; "
        f"mean of {wording.plural(band.n, 'request')})."
    )


def table(
    bands: Sequence[Band], changes: pl.DataFrame | None, kept: Sequence[tuple[str, str]]
) -> str:
    """A row for each step: its time in each band, what changed, and requests to look at."""
    band = slow(bands)
    headings = ["Step", *(BANDS[each.name] for each in bands)]
    headings += ["Change", "Look at"] if changes is not None else ["Look at"]
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


def _which(band: Band) -> str:
    words = {"p95-99": "The slowest 5 %", "p99+": "The slowest 1 %", "p50-95": "The slower half"}
    return words.get(band.name, "Requests")


def _band(name: str, rows: pl.DataFrame) -> Band:
    by_step = {row["step"]: row for row in rows.iter_rows(named=True)}
    return Band(
        name=name,
        n=rows["n"][0],
        ms={step: by_step[step]["ms"] for step in steps.STEPS if step in by_step},
        exemplars={step: row["exemplars"] for step, row in by_step.items()},
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
    return f'<td class="lt-wide" data-label="Look at">{links or wording.UNKNOWN}</td>'
