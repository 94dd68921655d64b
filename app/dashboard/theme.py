"""The look that Streamlit's own theme (.streamlit/config.toml) does not cover."""

from collections.abc import Mapping
from html import escape
from typing import Literal

import polars as pl
import streamlit as st

from app.dashboard import wording
from app.palette import (
    DARK,
    LIGHT,
    STATE_COLOURS,
    STATE_MARKS,
    STATE_WORDS,
    Colours,
    State,
    variable,
)


def colours() -> Colours:
    """The colours of the theme that this reader has chosen, for charts."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def apply(more: str = "") -> None:
    """Add our style sheet to the page, and more to it."""
    names = {"quiet", "line", "ink"}
    variables = "".join(f"--lt-{name}:{variable(name)};" for name in sorted(names))
    st.html(f"<style>:root{{{variables}}}{STYLE_SHEET}{more}</style>")


def text(words: str, role: Literal["headline", "lead", "note"]) -> None:
    """Write words that may come from a span: escaped, never markup."""
    tag = "h1" if role == "headline" else "p"
    st.html(f'<{tag} class="lt-{role}">{escape(wording.unbroken(words))}</{tag}>')


def table(frame: pl.DataFrame, label: str) -> None:
    """Write a table of words that wrap, where ``st.dataframe`` would cut them; all escaped."""
    headings = "".join(f'<th scope="col">{escape(name)}</th>' for name in frame.columns)
    rows = "".join(
        "<tr>" + "".join(_cell(name, cell) for name, cell in row.items()) + "</tr>"
        for row in frame.iter_rows(named=True)
    )
    st.html(
        f'<table class="lt-words" aria-label="{escape(label)}">'
        f"<thead><tr>{headings}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _cell(name: str, cell: object) -> str:
    return f'<td data-label="{escape(name)}">{escape(str(cell))}</td>'


def explain(terms: Mapping[str, str]) -> None:
    """Write what words mean."""
    pairs = (f"<dt>{escape(term)}</dt><dd>{escape(words)}</dd>" for term, words in terms.items())
    st.html(f'<dl class="lt-terms">{"".join(pairs)}</dl>')


def chip(state: State) -> str:
    """The verdict as HTML: colour, shape and word."""
    mark, words = STATE_MARKS[state], STATE_WORDS[state]
    return (
        f'<span class="lt-chip" style="color:{variable(STATE_COLOURS[state])}">'
        f'<span aria-hidden="true">{mark}</span> {words}</span>'
    )


STYLE_SHEET = """
.stApp { font-variant-numeric: tabular-nums; }
.stSidebar [data-testid="stButtonGroup"] button { padding-inline: .6rem; }
.stMainBlockContainer { max-width: 82rem; padding-inline: clamp(1rem, 3vw, 4rem); }
.lt-headline { font-size: 1.6rem; line-height: 1.3; font-weight: 600; max-width: 46rem;
  margin: 0; padding: 0; letter-spacing: -.01em; text-wrap: pretty; }
.lt-lead { font-size: 1rem; max-width: 46rem; margin: 0; text-wrap: pretty; }
.lt-note { color: var(--lt-quiet); font-size: .875rem; margin: 0; }
.lt-board { width: 100%; border-collapse: collapse; font-size: .9375rem; }
.lt-board th { text-align: left; font-weight: 400; font-size: .875rem; color: var(--lt-quiet); }
.lt-board th, .lt-board td { padding: .6rem 1rem .6rem 0; vertical-align: top; border: 0;
  border-bottom: 1px solid var(--lt-line); }
.lt-board th:last-child, .lt-board td:last-child { padding-right: 0; }
.lt-board .lt-number { text-align: right; white-space: nowrap; }
.lt-board b { font-weight: 600; }
.lt-board a { color: var(--st-link-color, inherit); }
.lt-board small { display: block; color: var(--lt-quiet); font-size: .875rem; }
.lt-board:not(.lt-even) th:nth-child(4) { min-width: 9rem; }
.lt-trend { display: block; width: 100%; min-width: 6rem; max-width: 160px; height: 32px;
  background: var(--lt-ink); mask-repeat: no-repeat; mask-size: 100% 100%; }
.lt-board .lt-figure { white-space: nowrap; }
.lt-words { width: 100%; border-collapse: collapse; font-size: .9375rem; }
.lt-words th { text-align: left; font-weight: 400; font-size: .875rem; color: var(--lt-quiet); }
.lt-words th, .lt-words td { padding: .45rem 1rem .45rem 0; vertical-align: top; border: 0;
  border-bottom: 1px solid var(--lt-line); }
.lt-words td:last-child { overflow-wrap: anywhere; }
.lt-words td:first-child:nth-last-child(2) { overflow-wrap: anywhere; min-width: 6rem; }
.lt-words td:last-child:nth-child(2) { min-width: 6rem; }
.lt-facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr));
  gap: 1.25rem 2rem; font-size: .9375rem; }
.lt-facts .lt-meter { max-width: none; }
.lt-terms { display: grid; grid-template-columns: max-content minmax(0, 42rem); margin: 0;
  gap: .4rem 1.5rem; font-size: .875rem; }
.lt-terms dt { font-weight: 600; }
.lt-terms dd { margin: 0; }
.lt-swatch { display: inline-block; width: .75rem; height: .75rem; border-radius: 2px;
  margin-right: .25rem; }
.lt-chip { font-weight: 600; white-space: nowrap; font-size: .875rem; }
.lt-meter { display: block; height: 4px; max-width: 9rem; margin-top: .35rem; border-radius: 2px;
  background: var(--lt-line); overflow: hidden; }
.lt-meter span { display: block; height: 100%; }
@media (min-width: 901px) {
  .lt-board td:first-child { min-width: 13.5rem; }
}
@media (max-width: 1100px) {
  .lt-headline { font-size: 1.3rem; }
}
@media (max-width: 900px) {
  .lt-board thead { position: absolute; clip-path: inset(50%); height: 1px; overflow: hidden; }
  .lt-board tr { display: grid; grid-template-columns: repeat(4, 1fr); gap: .5rem .75rem;
    padding: .9rem 0; border-bottom: 1px solid var(--lt-line); }
  .lt-board td { padding: 0; border: 0; }
  .lt-board td.lt-half { grid-column: span 2; }
  .lt-board td:empty { display: none; }
  .lt-board td.lt-wide { grid-column: 1 / -1; }
  .lt-board .lt-number { text-align: left; }
  .lt-board td[data-label]::before { content: attr(data-label); display: block;
    color: var(--lt-quiet); font-size: .875rem; }
}
@media (max-width: 640px) {
  .lt-terms { grid-template-columns: 1fr; gap: 0; }
  .lt-terms dd { margin-bottom: .6rem; }
  .lt-words thead { position: absolute; clip-path: inset(50%); }
  .lt-words tr { display: block; padding: .6rem 0; border-bottom: 1px solid var(--lt-line); }
  .lt-words td { display: block; padding: 0; border: 0; overflow-wrap: anywhere; }
  .lt-words td:first-child { font-weight: 600; }
  .lt-words td:not(:first-child)::before { content: attr(data-label) ": "; color: var(--lt-quiet); }
}
"""
