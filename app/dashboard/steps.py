"""The steps of a request: what each is called, and its colour, the same on every page.

Related steps have related hues: the model is blue, finding things is green, tools and their data
are amber, safety is violet, speech is rose. What is nobody's work, the network and the gaps
between steps, is grey. Within a hue the lightness differs, so that neighbours stay apart for
colour-blind readers and in a grey print.
"""

from dataclasses import dataclass

from app.palette import DARK, Colours


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the critical path."""

    words: str
    """What it is, as a heading: ``Model writing``."""
    doing: str
    """What one waits for, inside a sentence; ``{subject}`` is the model or tool."""
    light: str
    dark: str


STEPS = {
    "llm_prefill": Step("First token", "{subject}’s first token", "#13236d", "#3353dd"),
    "llm_decode": Step("Model writing", "{subject} to write its answer", "#467ff0", "#b1bbf9"),
    "llm_unsplit": Step("Model call", "{subject}", "#2840bd", "#7388f5"),
    "embedding": Step("Embedding", "the embedding by {subject}", "#7bd7a1", "#d5f6e4"),
    "retrieval": Step("Retrieval", "the retrieval by {subject}", "#1d8853", "#38af71"),
    "rerank": Step("Rerank", "the reranking by {subject}", "#145235", "#2b7f56"),
    "cache": Step("Cache", "the cache {subject}", "#c1d27c", "#d0e099"),
    "tool": Step("Tool", "the tool {subject}", "#dd9a3c", "#e6b85c"),
    "db": Step("Database", "the database {subject}", "#8f631e", "#a77533"),
    "guardrail": Step("Guardrail", "the guardrail {subject}", "#6b52ab", "#7a52b8"),
    "redaction": Step("Redaction", "the redaction {subject}", "#9a88d6", "#a884d8"),
    "router": Step("Router", "the router {subject}", "#c5b8ef", "#dcd6f5"),
    "asr": Step("Listening", "the speech recognition by {subject}", "#b14087", "#d5298a"),
    "tts": Step("Speaking", "the speech synthesis by {subject}", "#d96e96", "#e4a0b4"),
    "network": Step("Network", "the network", "#3d4453", "#808db5"),
    "orchestration": Step("Orchestration", "orchestration between the steps", "#c2c9d1", "#49525d"),
}
"""In the order in which charts stack them."""

GROUPS = {"llm": "Model"}
"""What objectives call several steps together."""

OTHER = "orchestration"
OF_SPANS = {
    "llm": "llm_unsplit",
    "http": "network",
    "agent": OTHER,
    "workflow": OTHER,
    "other": OTHER,
}
"""Steps of spans that are not steps of the critical path, and what they are drawn as."""


def step_of_span(step: str | None) -> str:
    """The step that a span is drawn as."""
    return OF_SPANS.get(step or OTHER, step or OTHER)


def colour(step: str, colours: Colours) -> str:
    """The step's colour in the reader's theme; that of orchestration for a step unknown here."""
    found = STEPS.get(step, STEPS[OTHER])
    return found.dark if colours is DARK else found.light


def variable(step: str) -> str:
    """The step's colour as CSS writes it: it follows the theme by itself."""
    found = STEPS.get(step, STEPS[OTHER])
    return f"light-dark({found.light},{found.dark})"


def words(step: str) -> str:
    """What the step is called."""
    return STEPS[step].words if step in STEPS else GROUPS.get(step, step)
