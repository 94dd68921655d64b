"""Whatever stands in a settings file, it is used or refused in words; never a traceback."""

import copy
import json
import math
from collections.abc import Iterator, Mapping
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sql.dimensions import dimension_statements
from sql.matchers import covers, meet
from sql.settings import SettingsError, load_settings

FUZZ = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=12)
NUMBERS = st.one_of(
    st.sampled_from([0, -1, 1, 1.5, 0.95, 28, 95, math.inf, -math.inf, math.nan, 10**40, 1e300]),
    st.integers(),
    st.floats(),
)
LIKELY = st.sampled_from(
    [
        *("a", "b", "a*", "*", "[ab]", "chat-eu", "live_chat", "", " ", "a\n", "\x00", "[" * 40),
        *("first_token", "perceived", "tool", "tols", "llm", "deadline", "cliff", "email"),
        *("127.0.0.1:0", "x", "::1", "h:99999", "h:" + "9" * 5000, "ducklake:postgres:"),
    ]
)
SCALARS = LIKELY | NUMBERS | TEXTS | st.booleans()
ANYTHING = SCALARS | st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
GONE = object()
SOUND: dict[str, object] = {
    "lake": "lake",
    "data": "data",
    "grpc_address": "127.0.0.1:0",
    "keep_content": True,
    "limits": {"message_bytes": 1000, "value_bytes": 10},
    "tls": {"certificate": "door.pem", "key": "door.key", "client_ca": "ca.pem"},
    "doors": {"tokens": "t.toml", "cors_origins": ["https://a.example"], "behind_tls_proxy": True},
    "login": {"metadata_url": "https://a.example/x", "client_id": "a", "sql": ["*@a.example"]},
    "redaction": {"keys": ["a.*"], "patterns": ["email", "card"]},
    "use_case": [
        {
            "name": name,
            "title": name,
            "channel": "web",
            "match": {"agent": f"{name}-*", "service.name": [f"{name}?1", f"{name}?2"]},
            "decay": "deadline",
            "value_usd": 80.0,
            "capture_rate": 0.9,
            "objective": [
                {"sli": "response", "threshold_ms": 400, "objective": 0.9, "window_days": 7},
                {"sli": "perceived", "step": "llm", "threshold_ms": 90.5},
            ],
        }
        for name in ("a", "b")
    ],
    "tier": [
        {
            "name": name,
            "title": name,
            "typical_low_ms": 10,
            "typical_high_ms": 20,
            "models": [f"{name}-*"],
        }
        for name in ("a", "b")
    ],
    "price": [
        {"model": name, "input_usd_per_mtok": 0, "output_usd_per_mtok": 1.5} for name in ("a", "b")
    ],
}


def paths(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where something stands in it, and where something could be added."""
    if isinstance(value, dict):
        yield (*path, "naem")
    entries = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in entries:
        yield (*path, key)
        if isinstance(inner, dict | list):
            yield from paths(inner, (*path, key))


PATHS = list(paths(SOUND))


def changed(changes: list[tuple[tuple[str | int, ...], object]]) -> dict[str, object]:
    """The sound document with something else, or nothing, at some places."""
    document = copy.deepcopy(SOUND)
    for path, value in changes:
        holder: Any = document
        with suppress(KeyError, IndexError, TypeError):  # an earlier change took the place away
            for key in path[:-1]:
                holder = holder[key]
            if value is GONE:
                del holder[path[-1]]
            else:
                holder[path[-1]] = value
    return document


DOCUMENTS = st.lists(st.tuples(st.sampled_from(PATHS), ANYTHING | st.just(GONE)), max_size=3).map(
    changed
)


def toml(value: object) -> str:
    """The value as TOML writes it."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case float() | int():
            return str(value)
        case list():
            return f"[{', '.join(map(toml, value))}]"
        case dict():
            return (
                f"{{ {', '.join(f'{toml(key)} = {toml(each)}' for key, each in value.items())} }}"
            )
    raise TypeError(value)


def written(document: Mapping[str, object], file: Path) -> Path:
    lines = [f"{toml(key)} = {toml(value)}" for key, value in document.items()]
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


@FUZZ
@given(document=DOCUMENTS)
def test_a_file_is_used_or_every_problem_has_file_key_and_remedy(
    document: dict[str, object], tmp_path: Path
) -> None:
    file = written(document, tmp_path / "latencytax.toml")
    try:
        found = load_settings(file, environ={})
    except SettingsError as error:
        for problem in error.problems:
            origin, key, *remedy = problem.removeprefix(str(file)).split(": ", 2)
            assert problem.startswith(str(file)), problem
            assert not origin
            assert key
            assert remedy, problem
            assert problem.isprintable(), problem
        return
    with duckdb.connect() as con:
        for statement in dimension_statements(found):
            con.execute(statement)


@FUZZ
@given(body=st.binary(max_size=40) | st.text(max_size=40).map(str.encode))
def test_bytes_that_are_no_settings_are_refused_in_words(body: bytes, tmp_path: Path) -> None:
    file = tmp_path / "latencytax.toml"
    file.write_bytes(body)
    try:
        load_settings(file, environ={})
    except SettingsError as error:
        assert all(problem.startswith(f"{file}: ") for problem in error.problems)


def test_a_file_that_is_nested_without_end_is_refused_in_words(tmp_path: Path) -> None:
    file = tmp_path / "latencytax.toml"
    file.write_text("lake = " + "[" * 20_000, encoding="utf-8")
    with pytest.raises(SettingsError, match="nested too deeply"):
        load_settings(file, environ={})


WORDS = st.text("ab-", max_size=4)
SMALL_GLOBS = st.text("ab-*?", min_size=1, max_size=4)


@FUZZ
@given(wide=SMALL_GLOBS, narrow=SMALL_GLOBS, words=st.lists(WORDS, max_size=20))
def test_what_a_wider_glob_covers_it_matches(wide: str, narrow: str, words: list[str]) -> None:
    matched = [(fnmatchcase(word, wide), fnmatchcase(word, narrow)) for word in words]
    if covers(wide, narrow):
        assert all(by_wide for by_wide, by_narrow in matched if by_narrow)
    if any(by_wide and by_narrow for by_wide, by_narrow in matched):
        assert meet(wide, narrow)
    if not meet(wide, narrow):
        assert not covers(wide, narrow)
