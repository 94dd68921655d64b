"""What a team can change to answer sooner, read from `levers.toml`.

LeverError    permanent: a lever or parameter that does not exist, or a value out of its range
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

LEVERS_TOML = Path(__file__).with_name("levers.toml")

Chosen = Mapping[str, Mapping[str, float]]
"""Levers that are pulled, each with the parameters that are not as shipped."""


class LeverError(ValueError):
    """A choice that cannot be: the message says what can."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """What can be set about a lever; `unit` is share [0..1] or ms."""

    name: str
    title: str
    default: float
    min: float
    max: float
    unit: str


@dataclass(frozen=True, slots=True)
class Lever:
    """One lever, in a marketer's words; `no` and `unknown` say why it may not apply."""

    name: str
    title: str
    description: str
    assumptions: str
    no: str
    unknown: str
    source: str
    parameters: tuple[Parameter, ...]


@cache
def levers() -> dict[str, Lever]:
    """All levers by name, in the order in which they are shown."""
    rows = tomllib.loads(LEVERS_TOML.read_text(encoding="utf-8"))["lever"]
    return {row["name"]: _lever(row) for row in rows}


def settings_of(chosen: Chosen) -> dict[str, float]:
    """The values that are not as shipped, as `lever.parameter`: what SQL takes.

    Raises:
        LeverError: no such lever or parameter, or a value out of its range.
    """
    for name in chosen:
        if name not in levers():
            raise LeverError(f"no lever {name!r}: there are {', '.join(levers())}")
    return {
        f"{name}.{parameter}": _in_range(levers()[name], parameter, value)
        for name, values in chosen.items()
        for parameter, value in values.items()
    }


def _lever(row: dict[str, Any]) -> Lever:
    parameters = tuple(Parameter(**parameter) for parameter in row.get("parameter", ()))
    told = {key: value for key, value in row.items() if key != "parameter"}
    return Lever(**told, parameters=parameters)


def _in_range(lever: Lever, name: str, value: float) -> float:
    known = {parameter.name: parameter for parameter in lever.parameters}
    if name not in known:
        names = ", ".join(known) or "none"
        raise LeverError(f"{lever.name} has no parameter {name!r}: it has {names}")
    if not known[name].min <= value <= known[name].max:
        allowed = f"from {known[name].min:g} to {known[name].max:g}"
        raise LeverError(f"{lever.name}.{name} = {value:g}: must be {allowed}")
    return value
