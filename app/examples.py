"""Questions that marketers ask, as SQL: the files of `examples/`."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "examples"


@dataclass(frozen=True, slots=True)
class Example:
    """One question and the query that answers it."""

    question: str
    query: str


@cache
def examples() -> tuple[Example, ...]:
    """All of them; the first line of a file is its question."""
    return tuple(_read(file) for file in sorted(FOLDER.glob("*.sql")))


def _read(file: Path) -> Example:
    question, query = file.read_text().split("\n", 1)
    return Example(question.removeprefix("-- "), query.strip())
