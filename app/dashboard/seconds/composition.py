"""What one request was waited for, as one bar: its steps side by side, the longest first."""

import polars as pl

from app.dashboard import steps, wording


def composition_bar(composition: pl.DataFrame) -> str:
    """HTML: the bar, and under it each step with its time and share, which is its legend."""
    rows = list(composition.iter_rows(named=True))
    pieces = "".join(
        f'<span style="flex:{row["ms"]:.3f};background:{steps.variable(row["step"])}"></span>'
        for row in rows
    )
    legend = "".join(
        f'<span><i style="background:{steps.variable(row["step"])}"></i>{steps.words(row["step"])} '
        f"<b>{wording.duration(row['ms'])}</b> <small>{wording.share(row['share'])}</small></span>"
        for row in rows
    )
    return (
        f'<div class="lt-steps" role="img" aria-label="{composition_text(composition)}">{pieces}'
        f'</div><div class="lt-legend" aria-hidden="true">{legend}</div>'
    )


def composition_text(composition: pl.DataFrame) -> str:
    """The same bar in words."""
    parts = (
        f"{steps.words(row['step'])} {wording.duration(row['ms'])}, {wording.share(row['share'])}"
        for row in composition.iter_rows(named=True)
    )
    return f"Where this request’s time went: {'; '.join(parts)}"
