"""How a value is read: the readings that `conventions.csv` names."""

import json
import re
from collections.abc import Callable
from datetime import datetime
from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from sql.attributes import Ints

FACTORS = {
    "count": 1.0, "ratio": 1.0, "usd": 1.0, "s": 1e3, "ms": 1.0, "us": 1e-3, "ns": 1e-6,
}  # fmt: skip
"""Readings of a number, and what it is multiplied with to be in our unit."""

STEPS = frozenset({
    "agent", "workflow", "llm", "embedding", "retrieval", "rerank", "tool", "guardrail",
    "redaction", "router", "cache", "asr", "tts", "http", "db", "other",
})  # fmt: skip

Floats = npt.NDArray[np.float64]


def is_number(reading: str) -> bool:
    """Whether `reading` gives a number; a time counts from the start of its span [ms]."""
    return reading in FACTORS or reading in {"s_or_int_ms", "at", "event"}


def read_numbers(reading: str, texts: pa.Array, numbers: Floats, start_ns: Ints) -> Floats:
    """Numbers in our unit; texts that spell one count; NaN for others."""
    if reading == "at":
        return np.array([_epoch_ms(text) for text in texts.to_pylist()]) - start_ns / 1e6
    spelled = np.flatnonzero(np.isnan(numbers))
    if len(spelled):
        words = texts.take(pa.array(spelled)).to_pylist()
        numbers[spelled] = [_spelled_number(word) for word in words]
    if reading in FACTORS:
        return numbers * FACTORS[reading]
    is_whole = np.array([(text or "").strip(' "-').isdigit() for text in texts.to_pylist()], bool)
    return np.where(is_whole, numbers, numbers * FACTORS["s"])


def _spelled_number(text: str | None) -> float:
    try:
        return float((text or "").strip(" \"'$"))
    except ValueError:
        return float("nan")


_EPOCH_UNITS = ((1e17, 1e-6), (1e14, 1e-3), (1e11, 1.0), (1e8, 1e3))
"""(least, ms per unit) of ns, µs, ms and s since 1970."""


def _epoch_ms(text: str | None) -> float:
    word = (text or "").strip(' "')
    try:
        return datetime.fromisoformat(word).timestamp() * 1000
    except ValueError:
        since_1970 = _spelled_number(word)
    return next((since_1970 * ms for least, ms in _EPOCH_UNITS if since_1970 > least), np.nan)


def within(texts: pa.Array, path: str) -> pa.Array:
    """What stands at `path` in JSON texts or Python's rendering of them; also in texts cut short.

    Names are looked for one after the other, at any depth; a text is given without its quotes.
    """
    return pc.struct_field(pc.extract_regex(texts, _path_pattern(path)), "found")


@cache
def _path_pattern(path: str) -> str:
    quote = r"""\\*["']"""
    names = r".*?".join(f"{quote}{re.escape(name)}{quote}\\s*:\\s*" for name in path.split("."))
    return rf"""(?s){names}(?:{quote})?(?P<found>[^"'\\,}}\]\s{{\[][^"'\\,}}\]{{\[]*)"""


@cache
def word_reader(reading: str) -> Callable[[str | None], str | None]:
    """The function that a word reading names. Raises KeyError if there is none."""
    kind, _, argument = reading.partition(":")
    if kind == "const":
        return lambda _text: argument
    if kind == "map":
        pairs = (pair.split("=", 1) for pair in argument.split("|"))
        mapped = {word.lower(): meaning for word, meaning in pairs}
        return lambda text: mapped.get((text or "").strip(' "').lower())
    return {
        "text": _text,
        "flag": _flag,
        "first": _first,
        "model": _model,
        "provider": _provider,
        "session": _session,
        "step": lambda text: text if text in STEPS else None,
    }[kind]


_NOTHING = frozenset({"", "null", "None", "NOT_GIVEN", "undefined"})
_LONGEST_NAME = 160


def _text(text: str | None) -> str | None:
    """A name; what is longer than names are was written to an agent or by one."""
    word = (text or "").strip(' "')
    return None if word in _NOTHING or len(word) > _LONGEST_NAME else word


def _flag(text: str | None) -> str | None:
    word = (text or "").strip(" \"'").lower()
    if word in {"true", "1", "yes", "on"}:
        return "true"
    return "false" if word in {"false", "0", "no", "off"} else None


def _first(text: str | None) -> str | None:
    """The first of a JSON list, or the text itself, as providers spell reasons to stop."""
    word = _text(text)
    if word and word.startswith("["):
        try:
            items = json.loads(word)
        except ValueError:
            return None
        word = str(items[0]) if items else None
    return word.removeprefix("FinishReason.").lower().replace("-", "_") if word else None


_DATE = re.compile(r"[-@](20\d{2}-?\d{2}-?\d{2})(-v\d+(:\d+)?)?$")


def _model(text: str | None) -> str | None:
    """The model's name without the provider's prefix and the release date."""
    name = _text(text)
    return _DATE.sub("", name.rsplit("/", 1)[-1]).lower() if name else None


def _provider(text: str | None) -> str | None:
    """`openai.chat` and `OpenAI` are openai; an address or a framework is no provider."""
    name = (_text(text) or "").lower()
    if not name or ":" in name or name in _FRAMEWORKS:
        return None
    family = name.split(".")[0]
    return family if family in _WITH_SUFFIX else name


_FRAMEWORKS = frozenset({
    "langchain", "langgraph", "autogen", "strands-agents", "microsoft.agent_framework",
    "crewai", "agno", "haystack", "llama_index", "llamaindex", "smolagents", "pydantic-ai",
    "mastra", "gcp.vertex.agent", "none",
})  # fmt: skip
_WITH_SUFFIX = frozenset({
    "openai", "anthropic", "mistral", "cohere", "groq", "xai", "deepseek", "fireworks",
    "togetherai", "perplexity",
})  # fmt: skip


def _session(text: str | None) -> str | None:
    """Some send the id of the last response here, which no two calls share."""
    word = _text(text)
    return None if word is None or word.startswith("resp_") else word
