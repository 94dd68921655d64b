"""Colours, and how the state of a budget looks and reads: for pages, charts and mails alike."""

from typing import Literal

Colours = dict[str, str]
State = Literal["within", "at_risk", "missed", "too_few", "no_data"]
"""How a budget is kept."""

# Within, at risk and missed differ in lightness as well as hue, so that they stay apart for
# colour-blind readers and in a grey print; a word and a shape go with each.
LIGHT: Colours = {
    "within": "#0b7d79",
    "at_risk": "#c98a00",
    "missed": "#b3320f",
    "accent": "#2f5fd0",
    "quiet": "#68717d",
    "line": "#dfe3e8",
    "ink": "#171b21",
    "paper": "#ffffff",
}
DARK: Colours = {
    "within": "#4fc3bd",
    "at_risk": "#f2c14e",
    "missed": "#ff8a65",
    "accent": "#7ea6ff",
    "quiet": "#98a2ae",
    "line": "#2b323b",
    "ink": "#e7eaee",
    "paper": "#0f1216",
}
STATE_WORDS: dict[State, str] = {
    "within": "Within budget",
    "at_risk": "At risk",
    "missed": "Missed",
    "too_few": "Undecided",
    "no_data": "No requests",
}
STATE_MARKS: dict[State, str] = {
    "within": "●",
    "at_risk": "▲",
    "missed": "◆",
    "too_few": "■",
    "no_data": "■",
}
STATE_COLOURS: dict[State, str] = {
    "within": "within",
    "at_risk": "at_risk",
    "missed": "missed",
    "too_few": "quiet",
    "no_data": "quiet",
}

SEVERITIES: dict[str, tuple[str, str, str]] = {
    "page": ("missed", "◆", "Act now"),
    "ticket": ("at_risk", "▲", "By tomorrow"),
}
"""Colour, shape and word of what somebody is told."""


def variable(name: str) -> str:
    """A colour as CSS writes it: it follows the theme by itself."""
    return f"light-dark({LIGHT[name]},{DARK[name]})"
