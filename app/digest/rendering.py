"""A digest as HTML and as plain text; whatever it holds is data, never markup."""

import textwrap
from collections.abc import Callable, Sequence
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from app import palette
from app.dashboard.safe_text import shown
from app.digest.charts import Picture
from app.digest.content import Digest
from sql.mail_settings import Recipient

NARROW = 72
"""Columns of the plain text."""
LIGHT = palette.LIGHT | {"link": "#0b5cad"}
DARK = palette.DARK | {"link": "#8ab8f2"}
DIRECTIONS = {"better": "within", "worse": "missed"}
UNBROKEN = "\N{NO-BREAK SPACE}"

Source = Callable[[str, str], str]
"""Where the picture of a chart is, by the chart's name and light or dark."""


class _Lines(str):
    """Text that is wrapped already."""


def html(
    digest: Digest,
    recipient: Recipient,
    pictures: Sequence[Picture],
    unsubscribe: str,
    source: Source,
) -> str:
    """The message as HTML."""
    return _template("digest.html.j2").render(
        _known(digest, recipient, unsubscribe), charts=pictures, source=source
    )


def text(digest: Digest, recipient: Recipient, unsubscribe: str) -> str:
    """The message as plain text."""
    return _template("digest.txt.j2").render(_known(digest, recipient, unsubscribe))


def harmless(text: str) -> str:
    """The text on one line, without characters that act on those around them."""
    return UNBROKEN.join(map(shown, text.split(UNBROKEN)))


def _known(digest: Digest, recipient: Recipient, unsubscribe: str) -> dict[str, object]:
    return {
        "digest": digest,
        "recipient": recipient,
        "unsubscribe": unsubscribe,
        "light": LIGHT,
        "dark": DARK,
        "colours": palette.STATE_COLOURS,
        "marks": palette.STATE_MARKS,
        "states": palette.STATE_WORDS,
        "directions": DIRECTIONS,
    }


@cache
def _template(name: str) -> Template:
    environment = Environment(
        loader=PackageLoader("app.digest"),
        autoescape=name.endswith(".html.j2"),
        undefined=StrictUndefined,
        finalize=_final,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"lines": _wrapped, "heading": _heading}
    return environment.get_template(name)


def _final(value: object) -> object:
    """What a template is given to print; its own macros and wrapped lines stay as they are."""
    if isinstance(value, Markup | _Lines) or not isinstance(value, str):
        return value
    return harmless(value)


def _wrapped(value: str, indent: str = "") -> _Lines:
    return _Lines(
        textwrap.fill(
            harmless(value),
            NARROW,
            initial_indent=indent,
            subsequent_indent=" " * len(indent),
            break_long_words=False,
            break_on_hyphens=False,
        )
    )


def _heading(title: str) -> _Lines:
    return _Lines(f"{title.upper()}\n{'-' * len(title)}")
