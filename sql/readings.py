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

OF_WHOLE_NUMBERS = {"s_or_int_ms": "ms", "s_or_int_ns": "ns"}
"""Readings of a number of seconds that is of another unit where it is whole."""

STEPS = frozenset({
    "agent", "workflow", "llm", "embedding", "retrieval", "rerank", "tool", "guardrail",
    "redaction", "router", "cache", "asr", "tts", "http", "db", "other",
})  # fmt: skip

Floats = npt.NDArray[np.float64]


def is_number(reading: str) -> bool:
    """Whether `reading` gives a number; a time counts from the start of its span [ms]."""
    return reading in FACTORS or reading in OF_WHOLE_NUMBERS or reading in {"at", "event"}


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
    whole = FACTORS[OF_WHOLE_NUMBERS[reading]]
    return np.where(is_whole, numbers * whole, numbers * FACTORS["s"])


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
        return lambda text: mapped.get((text or "").strip(' "').lower(), mapped.get("*"))
    return {
        "text": _text,
        "flag": _flag,
        "stop": _stop,
        "host": _host,
        "silent": _silent,
        "model": _model,
        "provider": _provider,
        "stem": _stem,
        "session": _session,
        "step": lambda text: text if text in STEPS else None,
    }[kind]


_NOTHING = frozenset({"", "null", "None", "NOT_GIVEN", "undefined"})
_SCRUBBED = "[Scrubbed due to"
"""How Logfire leaves a value out."""
_LONGEST_NAME = 160


def _text(text: str | None) -> str | None:
    """A name; what is longer than names are was written to an agent or by one."""
    word = (text or "").strip(' "')
    is_none = word in _NOTHING or len(word) > _LONGEST_NAME or word.startswith(_SCRUBBED)
    return None if is_none else word


def _stem(text: str | None) -> str | None:
    """A name without what follows its last dot."""
    return _text((text or "").rpartition(".")[0])


def _flag(text: str | None) -> str | None:
    word = (text or "").strip(" \"'").lower()
    if word in {"true", "1", "yes", "on"}:
        return "true"
    return "false" if word in {"false", "0", "no", "off"} else None


def _stop(text: str | None) -> str | None:
    """Why a model stopped, as OpenAI spells it; of several answers that of the first."""
    word = _text(text)
    if word and word.startswith("["):
        try:
            items = json.loads(word)
        except ValueError:
            return None
        word = str(items[0]) if items else None
    if word is None:
        return None
    reason = word.removeprefix("FinishReason.").lower().replace("-", "_")
    return _REASONS.get(reason, reason)


_REASONS = {
    "end_turn": "stop", "stop_sequence": "stop", "completed": "stop", "complete": "stop",
    "tool_call": "tool_calls", "tool_use": "tool_calls", "function_call": "tool_calls",
    "max_tokens": "length", "max_output_tokens": "length", "safety": "content_filter",
    "guardrail_intervened": "content_filter", "refusal": "content_filter",
}  # fmt: skip


def _host(text: str | None) -> str | None:
    """The host of an address, or the name itself: some send a whole URL for one."""
    word = _text(text)
    return re.split(r"[/?#]", word.split("://")[-1])[0].rsplit("@")[-1] if word else None


_SPOKEN = re.compile(
    r"""\\*["'](?:content|text|delta|partial_json|arguments|refusal)\\*["']\s*:\s*\\*["'][^"'\\]"""
)
_THOUGHT = re.compile(
    r"""["'](?:thinking_delta|response\.reasoning)|["']thought\\*["']\s*:\s*[tT]rue"""
)


def _silent(text: str | None) -> str | None:
    """Whether the chunk of a stream shows nothing: no text yet, or a thought."""
    return "true" if not _SPOKEN.search(text or "") or _THOUGHT.search(text or "") else None


_DATE = re.compile(r"[-@](20\d{2}-?\d{2}-?\d{2})(-v\d+(:\d+)?)?$")
_COLOURS = re.compile(r"\x1b?\[[0-9;]*m")
_BEDROCK = re.compile(
    r"^((us|eu|apac|global)\.)?(anthropic|amazon|meta|mistral|cohere|ai21|deepseek|openai)\."
)


def _model(text: str | None) -> str | None:
    """The model's name without the provider's prefix and the release date."""
    name = _text(text)
    if name is None:
        return None
    bare = _COLOURS.sub("", name).rsplit("/", 1)[-1].lower()
    return _DATE.sub("", _BEDROCK.sub("", bare))


def _provider(text: str | None) -> str | None:
    """The provider under its name in genai-prices; an address or a framework is none."""
    name = (_text(text) or "").lower()
    if not name or ":" in name or name in _FRAMEWORKS:
        return None
    family = name.split(".")[0]
    return _PROVIDERS.get(name) or _PROVIDERS.get(family) or name


_PROVIDERS = {
    "openai": "openai", "anthropic": "anthropic", "cohere": "cohere", "groq": "groq",
    "deepseek": "deepseek", "perplexity": "perplexity", "mistral": "mistral",
    "mistral_ai": "mistral", "mistralai": "mistral", "xai": "x-ai", "x_ai": "x-ai",
    "fireworks": "fireworks", "fireworks_ai": "fireworks", "togetherai": "together",
    "together_ai": "together", "azure": "azure", "azure_openai": "azure",
    "google": "google", "gemini": "google", "google_genai": "google", "vertex_ai": "google",
    "vertexai": "google", "google_vertexai": "google", "gcp.gemini": "google",
    "gcp.vertex_ai": "google", "gcp.gen_ai": "google", "aws": "aws", "bedrock": "aws",
    "amazon-bedrock": "aws", "amazon_bedrock": "aws", "aws_bedrock": "aws",
    "bedrock_converse": "aws",
}  # fmt: skip
"""Spellings of libraries; what follows a dot (`openai.chat`) names an API of the provider."""


_FRAMEWORKS = frozenset({
    "langchain", "langgraph", "autogen", "strands-agents", "microsoft.agent_framework",
    "crewai", "agno", "haystack", "llama_index", "llamaindex", "smolagents", "pydantic-ai",
    "mastra", "gcp.vertex.agent", "none",
})  # fmt: skip


def _session(text: str | None) -> str | None:
    """Some send the id of the last response here, which no two calls share."""
    word = _text(text)
    return None if word is None or word.startswith("resp_") else word
