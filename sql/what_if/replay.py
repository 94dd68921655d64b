"""One request played again with some of its spans changed (METHODS, critical path 6.1).

A call waits for every sibling that had finished when it started, and then as long again as it did.
All times are whole nanoseconds, so that a replay without changes gives back the request exactly.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple


class Span(NamedTuple):
    """One span of a request, on the request's clock; `above` is the row of its parent."""

    row: int
    above: int | None
    start_ns: int
    end_ns: int
    first_token_ns: int | None = None
    """Since the span began."""
    is_speech: bool = False


@dataclass(slots=True)
class Change:
    """What becomes different about one span."""

    cut_ns: int = 0
    first_token_cut_ns: int = 0
    is_dropped: bool = False
    start_with: int | None = None
    start_after: int | None = None


class Moment(NamedTuple):
    """What the user waits for: the end of the request, or that of something in one of its spans."""

    of: Literal["end", "first_token", "first_audio", "held_back"]
    at_ns: int
    row: int = -1


class Replayed(NamedTuple):
    """How long the request then takes, and until the user sees or hears something."""

    duration_ns: int
    perceived_ns: int


class _Child(NamedTuple):
    row: int
    start_ns: int
    length_ns: int
    finished: int
    """How many of its siblings, by their ends, had finished when it started."""
    gap_ns: int
    """From the last of these ends, or from its parent's start."""
    writer: int
    """The sibling whose words it speaks while they come, -1 for none."""


class _Family(NamedTuple):
    above: int
    length_ns: int
    children: tuple[_Child, ...]
    """By start."""
    by_end: tuple[int, ...]
    tail_ns: int
    """From the last child's end to that of the parent."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request made ready to be replayed."""

    spans: Mapping[int, Span]
    root: int
    moment: Moment
    families: tuple[_Family, ...]
    """Every parent with its children, from the bottom up."""


def prepare(spans: Iterable[Span], moment: Moment) -> Request:
    """A request from its spans, each parent before its children; the first one is the root."""
    by_row = {span.row: span for span in spans}
    children: dict[int, list[Span]] = {}
    root, *below = by_row.values()
    for span in below:
        if span.above is not None:
            children.setdefault(span.above, []).append(span)
    families = [_family(by_row[row], siblings) for row, siblings in children.items()]
    return Request(by_row, root.row, moment, tuple(reversed(families)))


def replay(request: Request, changes: Mapping[int, Change]) -> Replayed:
    """How the request goes with the changes, by row of the span."""
    lengths, starts = _laid_out(request, changes)
    root = request.spans[request.root]
    duration_ns = lengths.get(root.row, root.end_ns - root.start_ns)
    moment = request.moment
    if moment.of == "end" or moment.row not in request.spans:
        earlier_ns = root.end_ns - root.start_ns - duration_ns if moment.of == "end" else 0
        return Replayed(duration_ns, moment.at_ns - earlier_ns)
    earlier_ns = _start_earlier_ns(request, starts, moment.row)
    span, change = request.spans[moment.row], changes.get(moment.row)
    if moment.of == "held_back":
        old_ns = span.end_ns - span.start_ns
        earlier_ns += old_ns - lengths.get(span.row, old_ns)
    elif moment.of == "first_token" and change:
        earlier_ns += change.first_token_cut_ns
    return Replayed(duration_ns, max(moment.at_ns - earlier_ns, 0))


def _family(above: Span, siblings: list[Span]) -> _Family:
    by_start = sorted(siblings, key=lambda span: (span.start_ns, span.end_ns, span.row))
    by_end = sorted(by_start, key=lambda span: span.end_ns)
    children, finished, reach_ns = [], 0, above.start_ns
    for span in by_start:
        while by_end[finished].end_ns <= span.start_ns:
            reach_ns = by_end[finished].end_ns
            finished += 1
        children.append(
            _Child(
                span.row,
                span.start_ns - above.start_ns,
                span.end_ns - span.start_ns,
                finished,
                span.start_ns - reach_ns,
                _writer(span, by_start),
            )
        )
    return _Family(
        above.row,
        above.end_ns - above.start_ns,
        tuple(children),
        tuple(span.row for span in by_end),
        above.end_ns - by_end[-1].end_ns,
    )


def _writer(speech: Span, siblings: list[Span]) -> int:
    """The model call whose first words had come, and whose last had not, when the speech began."""
    if not speech.is_speech:
        return -1
    for span in siblings:
        token_ns = span.first_token_ns
        if token_ns is not None and span.start_ns + token_ns <= speech.start_ns < span.end_ns:
            return span.row
    return -1


def _laid_out(
    request: Request, changes: Mapping[int, Change]
) -> tuple[dict[int, int], dict[int, int]]:
    """New lengths, and new starts since the parent's, of the spans for which they may differ."""
    parents = {family.above for family in request.families}
    lengths: dict[int, int] = {}
    starts: dict[int, int] = {}
    touched = set()
    for row, change in changes.items():
        span = request.spans[row]
        touched.add(span.above)
        if row not in parents:
            lengths[row] = _shortened(span.end_ns - span.start_ns, change)
    for family in request.families:
        length_ns = family.length_ns
        if family.above in touched:
            length_ns = _play(family, request.spans, changes, lengths, starts)
        elif family.above not in changes:
            continue
        lengths[family.above] = _shortened(length_ns, changes.get(family.above))
        if lengths[family.above] != family.length_ns:
            touched.add(request.spans[family.above].above)
    return lengths, starts


def _play(
    family: _Family,
    spans: Mapping[int, Span],
    changes: Mapping[int, Change],
    lengths: Mapping[int, int],
    starts: dict[int, int],
) -> int:
    """Lets the children of one span start again, each when it can; how long the span then takes."""
    ends: dict[int, int] = {}
    reach_ns = finished = 0
    for child in family.children:
        while finished < child.finished:
            reach_ns = max(reach_ns, ends[family.by_end[finished]])
            finished += 1
        start_ns = reach_ns + child.gap_ns
        change = changes.get(child.row)
        if change and change.start_with in ends:
            start_ns = starts[change.start_with]
        elif change and change.start_after in ends:
            start_ns = ends[change.start_after] + spans[child.row].start_ns
            start_ns -= spans[change.start_after].end_ns
        elif child.writer in ends:
            start_ns = starts[child.writer] + spans[child.row].start_ns
            start_ns -= spans[child.writer].start_ns
            if writing := changes.get(child.writer):
                start_ns -= writing.first_token_cut_ns
        starts[child.row] = start_ns
        ends[child.row] = start_ns + lengths.get(child.row, child.length_ns)
    return max(ends.values()) + family.tail_ns


def _shortened(length_ns: int, change: Change | None) -> int:
    if change is None:
        return length_ns
    return 0 if change.is_dropped else max(length_ns - change.cut_ns, 0)


def _start_earlier_ns(request: Request, starts: Mapping[int, int], row: int) -> int:
    """By how much a span starts earlier."""
    earlier_ns = 0
    span = request.spans[row]
    while span.above is not None and span.above in request.spans:
        above = request.spans[span.above]
        old_ns = span.start_ns - above.start_ns
        earlier_ns += old_ns - starts.get(span.row, old_ns)
        span = above
    return earlier_ns
