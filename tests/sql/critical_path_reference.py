"""METHODS, critical path 2 and 3, written as they read: span by span, nothing clever."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from tests.sql.traced import TracedSpan

MICROSECOND = 1_000
MILLISECOND = 1_000_000
ORCHESTRATION = {"agent", "workflow", "chain"}
INHERITING = {"http_client", "http_server", "db", "other"}
Piece = tuple[int, int, int, str]
"""Span, start and end in ns since the request began, step."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A span by the clock of its request, and what it does."""

    span: TracedSpan
    shift: int
    step: str
    first_token: int | None

    @property
    def start(self) -> int:
        return self.span.start + self.shift

    @property
    def end(self) -> int:
        return self.span.end + self.shift


@dataclass(frozen=True, slots=True)
class Child:
    """What lies below a visit, and the part of it that may have been waited for."""

    visit: Visit
    x: int
    y: int


class Request:
    """One root with the spans below it."""

    def __init__(self, root: TracedSpan, below: dict[int, list[TracedSpan]]) -> None:
        self.root = root
        self.below = below

    def pieces(self) -> list[Piece]:
        """In the order of time; they tile the request."""
        if self.root.end <= self.root.start:
            return []
        kind = self.root.kind
        step = "orchestration" if kind in ORCHESTRATION | INHERITING else kind
        top = Visit(self.root, 0, step, first_token(self.root, 0) if kind == "llm" else None)
        owned = sorted(self.walk(top, self.root.start, self.root.end), key=lambda each: each[1])
        began = self.root.start
        return [
            (visit.span.id, start - began, end - began, name)
            for visit, x, y in owned
            for start, end, name in self.named(visit, x, y)
        ]

    def walk(self, parent: Visit, lo: int, hi: int) -> Iterator[tuple[Visit, int, int]]:
        """Who owns what of a window."""
        children = list(self.children(parent, lo, hi))
        unused, t = children.copy(), hi
        while True:
            ended = [child for child in unused if child.y <= t]
            last = min(ended, key=lambda each: (-each.y, each.x, each.visit.span.id), default=None)
            floor = last.y if last else lo
            across = [child for child in children if child.x < t < child.y]
            if across and floor < t:
                first = min(across, key=lambda each: (each.x, each.visit.span.id))
                x = max(first.x, floor)
                yield from self.walk(first.visit, x, t)
                t = x
            if floor < t:
                yield parent, floor, t
            if not last:
                return
            yield from self.walk(last.visit, last.x, last.y)
            unused.remove(last)
            t = last.x

    def children(self, parent: Visit, lo: int, hi: int) -> Iterator[Child]:
        for span in self.below.get(parent.span.id, []):
            is_answer = parent.span.sk == "client" and span.sk == "server"
            if (
                span.cancelled
                or span.async_
                or (parent.span.sk, span.sk) == ("producer", "consumer")
            ):
                continue
            child = self.visit(parent, span)
            x, y = max(child.start, lo), min(child.end, hi)
            if (is_answer or child.end <= parent.end + MILLISECOND) and x < y:
                yield Child(child, x, y)

    def visit(self, parent: Visit, span: TracedSpan) -> Visit:
        moved = shift(parent, span)
        if span.kind in ORCHESTRATION:
            return Visit(span, moved, "orchestration", None)
        if span.kind == "llm":
            return Visit(span, moved, "llm", first_token(span, moved))
        if span.kind not in INHERITING:
            return Visit(span, moved, span.kind, None)
        if parent.step == "orchestration":
            step = {"http_client": "tool", "db": "db"}.get(span.kind, "orchestration")
            return Visit(span, moved, step, None)
        return Visit(span, moved, parent.step, parent.first_token)

    def named(self, visit: Visit, start: int, end: int) -> Iterator[tuple[int, int, str]]:
        """The steps of what a visit owns."""
        servers = [span for span in self.below.get(visit.span.id, []) if span.sk == "server"]
        if visit.span.kind == "http_client" and servers:
            yield start, end, "network"
        elif visit.step != "llm":
            yield start, end, visit.step
        elif visit.first_token is None:
            yield start, end, "llm_unsplit"
        else:
            middle = min(max(visit.first_token, start), end)
            if start < middle:
                yield start, middle, "llm_prefill"
            if middle < end:
                yield middle, end, "llm_decode"


def first_token(span: TracedSpan, moved: int) -> int | None:
    return None if span.ttft is None else span.start + moved + span.ttft


def shift(parent: Visit, span: TracedSpan) -> int:
    """By how much the clock of a span is late (Jaeger's rule)."""
    if span.host == parent.span.host:
        return parent.shift
    if (parent.span.sk, span.sk) != ("client", "server"):
        return 0
    duration, available = span.end - span.start, parent.end - parent.start
    if duration > available:
        return max(0, parent.start - span.start)
    if parent.start <= span.start and span.end <= parent.end:
        return 0
    return parent.start + (available - duration) // 2 - span.start


def requests(arrived: Iterable[TracedSpan]) -> dict[int, Request]:
    """The requests of a trace by the id of their root, 0 where it never arrived."""
    spans = list(counted_once(arrived).values())
    ids = {span.id for span in spans}
    roots = [span for span in spans if span.parent is None]
    orphans = [span for span in spans if span.parent is not None and span.parent not in ids]
    turns = [span for span in spans if span.turn]
    entries = turns or roots or orphans[:1]
    above_orphans = min(roots, key=lambda root: (root.start, -root.end, root.id), default=None)
    if not roots and not turns and len(orphans) > 1:
        entries = [TracedSpan(0, None, 0, 0, "workflow", host="")]
        above_orphans = entries[0]
    below: dict[int, list[TracedSpan]] = {}
    for span in spans:
        parent = above_orphans.id if span in orphans and above_orphans else span.parent
        if span not in entries and parent is not None:
            below.setdefault(parent, []).append(span)
    return {entry.id: Request(lasting(entry, below), below) for entry in entries}


def counted_once(arrived: Iterable[TracedSpan]) -> dict[int, TracedSpan]:
    """Of several reports of a span the one with the latest end, then the earliest start."""
    spans: dict[int, TracedSpan] = {}
    for span in arrived:
        known = spans.setdefault(span.id, span)
        if (span.end, -span.start) > (known.end, -known.start):
            spans[span.id] = span
    return spans


def lasting(entry: TracedSpan, below: dict[int, list[TracedSpan]]) -> TracedSpan:
    """The entry; one that never arrived lasts from the first start to the last microsecond."""
    if entry.id:
        return entry
    spans = list(descendants(entry.id, below))
    last_end = max(span.start + whole(span.end - span.start) for span in spans)
    return replace(entry, start=min(span.start for span in spans), end=last_end)


def whole(ns: int) -> int:
    """In whole microseconds."""
    return MICROSECOND * round(ns / MICROSECOND)


def descendants(span_id: int, below: dict[int, list[TracedSpan]]) -> Iterator[TracedSpan]:
    for span in below.get(span_id, []):
        yield span
        yield from descendants(span.id, below)
