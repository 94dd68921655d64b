"""The walk of `assemble/8_visits.sql` for traces that are deeper than a query should recurse.

A level costs the query milliseconds whatever it holds, and this loop microseconds: a chain of 5,000
spans, each below the last, takes no longer than a wide trace. Same rules, same columns.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa

DEEPEST = 64
"""Levels that the query walks."""

TOLERANCE_NS = 1_000_000
"""By how much a span may outlive the one above and still have been waited for."""

Span = dict[str, Any]
"""A row of path_spans."""

Visit = dict[str, Any]
"""A row of visits."""


class Child(NamedTuple):
    """A span below a visit, and the part of the visit in which it may have been waited for."""

    from_ns: int
    to_ns: int
    skew_ns: int
    span: Span


def walk_deep_requests(con: duckdb.DuckDBPyConnection) -> None:
    """Replace, in `visits`, those of requests that go on below the deepest level."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE deep AS "
        f"SELECT DISTINCT request_row FROM visits WHERE depth = {DEEPEST}"
    )
    spans = con.execute("FROM path_spans SEMI JOIN deep USING (request_row)").to_arrow_table()
    if not spans.num_rows:
        return
    roots = con.execute("FROM visits SEMI JOIN deep USING (request_row) WHERE depth = 0")
    walked = list(_walk(roots.to_arrow_table().to_pylist(), spans.to_pylist()))
    con.register("walked", pa.Table.from_pylist(walked))
    con.execute("DELETE FROM visits WHERE request_row IN (SELECT request_row FROM deep)")
    con.execute("INSERT INTO visits BY NAME FROM walked")
    con.unregister("walked")


def _walk(roots: list[Visit], spans: list[Span]) -> Iterator[Visit]:
    """All visits, each before those below it."""
    below: defaultdict[int, list[Span]] = defaultdict(list)
    for span in spans:
        below[span["above_row"]].append(span)
    waiting = roots
    while waiting:
        visit = waiting.pop()
        yield visit
        waiting += (_visit(visit, child) for child in _owners(visit, below[visit["row_id"]]))


def _owners(visit: Visit, spans: list[Span]) -> Iterator[Child]:
    """Back in time: who ended last before, and what ran on across the gap between two of them."""
    children = sorted(
        (child for span in spans if (child := _child(visit, span))),
        key=lambda child: (-child.to_ns, child.from_ns, child.span["span_id"]),
    )
    chain: list[Child] = []
    beside: list[Child] = []
    for child in children:
        is_before = not chain or child.to_ns <= chain[-1].from_ns
        (chain if is_before else beside).append(child)
    ends = [child.to_ns for child in chain[1:]] + [visit["from_ns"]]
    for child, gap_from_ns in zip(chain, ends, strict=False):
        yield child
        gap_to_ns = child.from_ns
        across = [each for each in beside if each.from_ns < gap_to_ns < each.to_ns]
        if across and gap_from_ns < gap_to_ns:
            first = min(across, key=lambda each: (each.from_ns, each.span["span_id"]))
            yield first._replace(from_ns=max(first.from_ns, gap_from_ns), to_ns=gap_to_ns)


def _child(visit: Visit, span: Span) -> Child | None:
    skew_ns = _skew_ns(visit, span)
    start_ns, end_ns = span["start_ns"] + skew_ns, span["end_ns"] + skew_ns
    if not span["is_answer"] and end_ns > visit["end_ns"] + TOLERANCE_NS:
        return None
    child = Child(max(start_ns, visit["from_ns"]), min(end_ns, visit["to_ns"]), skew_ns, span)
    return child if child.from_ns < child.to_ns else None


def _skew_ns(visit: Visit, span: Span) -> int:
    if not span["is_other_clock"]:
        return int(visit["skew_ns"])
    start_ns, end_ns = span["start_ns"], span["end_ns"]
    spare_ns = visit["end_ns"] - visit["start_ns"] - (end_ns - start_ns)
    is_inside = visit["start_ns"] <= start_ns and end_ns <= visit["end_ns"]
    if not span["is_answer"] or is_inside:
        return 0
    if spare_ns < 0:
        return int(max(0, visit["start_ns"] - start_ns))
    return int(visit["start_ns"] + spare_ns // 2 - start_ns)


def _visit(above: Visit, child: Child) -> Visit:
    span = child.span
    step = span["own_step"] or _inherited(above["step"], span)
    start_ns = span["start_ns"] + child.skew_ns
    first_token_ns = None if span["own_step"] else above["first_token_ns"]
    if span["own_step"] == "llm" and span["first_token_ns"] is not None:
        first_token_ns = start_ns + span["first_token_ns"]
    return {
        "request_row": span["request_row"],
        "row_id": span["row_id"],
        "depth": above["depth"] + 1,
        "from_ns": child.from_ns,
        "to_ns": child.to_ns,
        "start_ns": start_ns,
        "end_ns": span["end_ns"] + child.skew_ns,
        "skew_ns": child.skew_ns,
        "step": step,
        "shown_step": "network" if span["is_network"] else step,
        "first_token_ns": first_token_ns,
        "above_row": above["row_id"],
        "above_step": above["shown_step"],
        "above_first_token_ns": above["first_token_ns"],
    }


def _inherited(step_above: str, span: Span) -> str:
    if step_above != "orchestration":
        return step_above
    if span["is_http_client"]:
        return "tool"
    return "db" if span["is_db"] else "orchestration"
