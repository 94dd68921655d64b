"""Globs that compete: which of them can never decide, and which may take what another names."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache

Matchers = Mapping[str, Sequence[str]]
"""Globs by what they look at: any one of them is enough."""


@dataclass(frozen=True, slots=True)
class Clash:
    """Two that stand one after the other, and a word that the first takes from the second."""

    first: str
    second: str
    key: str
    glob: str
    """Of the second."""
    by: str
    """The glob of the first."""


def never_reached(entries: Sequence[tuple[str, Matchers]]) -> Iterator[Clash]:
    """Entries of which those before them take every glob: surely nothing is left for them."""
    for place, (name, matchers) in enumerate(entries):
        taken = [
            next(_taking(entries[:place], name, key, glob), None)
            for key, globs in matchers.items()
            for glob in globs
        ]
        if taken and (first := taken[0]) and all(taken):
            yield first


def overlaps(entries: Sequence[tuple[str, Matchers]]) -> Iterator[Clash]:
    """The first glob of each pair of entries by which one may take what the other names."""
    for place, (second, matchers) in enumerate(entries):
        for first, earlier in entries[:place]:
            shared = (
                Clash(first, second, key, glob, by)
                for key, globs in matchers.items()
                for glob in globs
                for by in earlier.get(key, ())
                if meet(by.lower(), glob.lower())
            )
            yield from [clash for clash in [next(shared, None)] if clash]


def covers(wide: str, narrow: str) -> bool:
    """Whether `wide` surely matches all that `narrow` matches; false where that is hard to say."""
    if wide == narrow:
        return True
    if "[" in wide or "[" in narrow or ("?" in wide and "*" in narrow):
        return False
    return fnmatchcase(narrow, wide)  # only wildcards of `wide` can take those of `narrow`


@cache
def meet(one: str, other: str) -> bool:
    """Whether some word may match both; a bracket counts as any one character."""
    if not one or not other:
        return not (one + other).strip("*")
    if one[0] == "*" or other[0] == "*":
        star, rest = (one, other) if one[0] == "*" else (other, one)
        return meet(star[1:], rest) or meet(star, _head_and_tail(rest)[1])
    (head, tail), (other_head, other_tail) = _head_and_tail(one), _head_and_tail(other)
    return (head == other_head or "?" in {head, other_head}) and meet(tail, other_tail)


def _head_and_tail(glob: str) -> tuple[str, str]:
    end = glob.find("]", 2)
    if glob[0] == "[" and end > 0:
        return "?", glob[end + 1 :]
    return glob[0], glob[1:]


def _taking(
    earlier: Sequence[tuple[str, Matchers]], second: str, key: str, glob: str
) -> Iterator[Clash]:
    for first, matchers in earlier:
        for by in matchers.get(key, ()):
            if covers(by.lower(), glob.lower()):
                yield Clash(first, second, key, glob, by)
