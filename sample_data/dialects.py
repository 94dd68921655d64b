"""How library families say the same facts: dialects.toml, compiled to one form a step."""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from operator import mul
from pathlib import Path
from typing import Any

from sample_data.spans import SPAN_KINDS, Attributes, Scope, Value

DIALECTS_TOML = Path(__file__).with_name("dialects.toml")
Facts = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class SpanForm:
    """How one dialect writes one kind of step."""

    name: str
    kind: int
    scope: Scope
    fixed: Attributes
    keys: tuple[tuple[str, str, Callable[[Any], Value]], ...]

    def attributes(self, facts: Facts) -> list[tuple[str, Value]]:
        """The facts under the dialect's keys and in its units; what it does not say is left out."""
        said = list(self.fixed)
        said += [(key, say(facts[fact])) for fact, key, say in self.keys if fact in facts]
        return said


@dataclass(frozen=True, slots=True)
class Dialect:
    """One library family: the spans around a request, each step's form, how streaming shows."""

    name: str
    layers: tuple[str, ...]
    forms: Mapping[str, SpanForm]
    first_token_event: str | None
    chunk_events: int

    @property
    def tells_who_served(self) -> bool:
        """Whether it has one word for the model asked and one for the model that answered."""
        return any(fact == "response_model" for fact, _, _ in self.forms["llm"].keys)

    def form(self, step: str) -> SpanForm:
        """The step's form, or that of steps the library has no name for."""
        return self.forms.get(step) or self.forms["other"]


def load_dialects(path: Path = DIALECTS_TOML) -> dict[str, Dialect]:
    """The dialects in the file, by name."""
    rows = tomllib.loads(path.read_text(encoding="utf-8"))
    return {name: _dialect(name, row) for name, row in rows.items()}


def _dialect(name: str, row: dict[str, Any]) -> Dialect:
    scopes: dict[tuple[str, str], Scope] = {}
    return Dialect(
        name=name,
        layers=tuple(row["layers"]),
        forms={
            step: SpanForm(
                name=form["name"],
                kind=SPAN_KINDS[form["kind"]],
                scope=scopes.setdefault(tuple(form["scope"]), Scope(*form["scope"])),
                fixed=tuple(form["fixed"].items()),
                keys=tuple(key for fact in form["facts"] for key in _keys(fact, row["keys"][fact])),
            )
            for step, form in row["spans"].items()
        },
        first_token_event=row.get("first_token_event"),
        chunk_events=row.get("chunk_events", 0),
    )


def _keys(fact: str, said: Any) -> Iterator[tuple[str, str, Callable[[Any], Value]]]:
    for key in said if isinstance(said, list) else [said]:
        if isinstance(key, str):
            yield fact, key, _as_it_is
        elif key.get("list"):
            yield fact, key["key"], _listed
        else:
            yield fact, key["key"], partial(mul, key["scale"])


def _as_it_is(value: Value) -> Value:
    return value


def _listed(value: str) -> Value:
    return (value,)
