"""Tables of figures as HTML: a heading cell and labelled numbers; narrow screens stack them."""

from collections.abc import Iterable, Sequence
from html import escape

from app import palette
from app.dashboard import wording

_ALIGNED = ' class="lt-number"'

STYLE_SHEET = """
.lt-figures td:first-child { max-width: 34rem; }
.lt-board.lt-figures th:nth-child(4) { min-width: 0; }
@media (max-width: 900px) {
  .lt-board.lt-figures td:first-child { max-width: none; }
  .lt-board.lt-figures tr { grid-template-columns: repeat(3, 1fr); }
  .lt-board .lt-number { white-space: normal; }
}
"""


def heading(title: str, told: str = "") -> str:
    """What a row is about, with what is told of it; both are escaped."""
    more = f"<small>{escape(wording.unbroken(told))}</small>" if told else ""
    return f"<b>{escape(title)}</b>{more}"


def table(label: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of HTML: the first cell of a row is its heading, the others are figures."""
    titles = "".join(
        f'<th scope="col"{_ALIGNED if place else ""}>{head}</th>'
        for place, head in enumerate(heads)
    )
    lines = "".join(_row(heads, row) for row in rows)
    return (
        f'<table class="lt-board lt-figures" aria-label="{label}">'
        f"<thead><tr>{titles}</tr></thead><tbody>{lines}</tbody></table>"
    )


def chip(colour: str, mark: str, words: str) -> str:
    """A verdict: colour, shape and word."""
    return (
        f'<span class="lt-chip" style="color:{palette.variable(colour)}">'
        f'<span aria-hidden="true">{mark}</span> {words}</span>'
    )


def _row(heads: Sequence[str], row: Sequence[str]) -> str:
    first, *figures = row
    cells = "".join(
        f'<td{_ALIGNED} data-label="{head}">{figure}</td>'
        for head, figure in zip(heads[1:], figures, strict=True)
    )
    return f'<tr><td class="lt-wide">{first}</td>{cells}</tr>'
