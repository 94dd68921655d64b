"""Which levers are pulled, and how far. Each widget is bound to the URL."""

from collections.abc import Mapping, Sequence

import streamlit as st

from app.dashboard.what_if.levers import Opportunity
from app.what_if_queries import Chosen
from sql.levers import Lever, Parameter, levers

SHARE_STEP, MS_STEP = 0.05, 5.0
A_ROW = 4


def controls(offered: Sequence[Opportunity]) -> Chosen:
    """The chosen levers with their parameters; the best one while none is chosen."""
    titles = {each.lever: each.title for each in offered}
    picked = st.pills(
        "Levers, pulled together",
        list(titles),
        selection_mode="multi",
        format_func=lambda lever: titles.get(lever, lever),
        key="levers",
        bind="query-params",
    )
    chosen = [lever for lever in titles if lever in picked] or list(titles)[:1]
    return tuple(_settings({lever: levers()[lever] for lever in chosen}).items())


def _settings(chosen: Mapping[str, Lever]) -> dict[str, tuple[tuple[str, float], ...]]:
    settings: dict[str, list[tuple[str, float]]] = {name: [] for name in chosen}
    pairs = [(lever, each) for lever in chosen.values() for each in lever.parameters]
    for first in range(0, len(pairs), A_ROW):
        row = pairs[first : first + A_ROW]
        for column, (lever, parameter) in zip(st.columns(A_ROW), row, strict=False):
            with column:
                settings[lever.name].append((parameter.name, _slider(lever, parameter)))
    return {name: tuple(values) for name, values in settings.items()}


def _slider(lever: Lever, parameter: Parameter) -> float:
    is_share = parameter.unit == "share"
    return st.slider(
        parameter.title,
        parameter.min,
        parameter.max,
        parameter.default,
        step=SHARE_STEP if is_share else MS_STEP,
        format="percent" if is_share else "%.0f ms",
        help=f"Of: {lever.title}",
        key=f"{lever.name}_{parameter.name}",
        bind="query-params",
    )
