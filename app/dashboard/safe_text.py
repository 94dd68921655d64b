"""Text of a span as it is shown: one line, and nothing in it acts on the text around it."""

import unicodedata
from html import escape

SUBSTITUTE = "\N{REPLACEMENT CHARACTER}"
BIDI = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
"""Classes of the characters that turn the direction of what follows them."""


def shown(text: str, at_most: int | None = None) -> str:
    """The text without control characters, cut to a number of characters with an ellipsis."""
    line = "".join(map(_harmless, text))
    if at_most is None or len(line) <= at_most:
        return line
    return line[: at_most - 1].rstrip() + "…"


def in_plotly(text: str, at_most: int | None = None) -> str:
    """The same for Plotly, which reads some HTML tags and entities in every text."""
    return escape(shown(text, at_most), quote=False)


def _harmless(character: str) -> str:
    if character.isspace():
        return " "
    is_control = unicodedata.category(character) in {"Cc", "Cs"}
    is_turning = unicodedata.bidirectional(character) in BIDI
    return SUBSTITUTE if is_control or is_turning else character
