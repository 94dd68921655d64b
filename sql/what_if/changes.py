"""The moves of levers put together: what becomes of each span of a request."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from sql.what_if.replay import Change, Moment, Replayed, Request, replay
from sql.what_if.sample import Move, Sampled


def applies(sampled: Sampled, lever: str) -> str:
    """Whether the lever applies to the request: yes, no or unknown."""
    if lever in sampled.doubtful:
        return "unknown"
    return "yes" if lever in sampled.touching else "no"


def play(sampled: Sampled, levers: Collection[str]) -> Replayed:
    """The request with these levers pulled together; one that is in doubt changes nothing."""
    by_row: dict[int, list[Move]] = defaultdict(list)
    for move in sampled.moves:
        if move.lever in levers and move.lever not in sampled.doubtful and move.is_reached:
            by_row[move.row].append(move)
    request = _streamed(sampled.request, by_row)
    return replay(request, {row: _change(request, row, moves) for row, moves in by_row.items()})


def _streamed(request: Request, by_row: Mapping[int, Iterable[Move]]) -> Request:
    """The request whose answer is streamed, if a move says so: its first token is waited for."""
    for row, moves in by_row.items():
        if any(move.lever == "stream" for move in moves):
            return replace(request, moment=Moment("first_token", request.moment.at_ns, row))
    return request


def _change(request: Request, row: int, moves: Iterable[Move]) -> Change:
    """All moves of one span: each takes its share of what the others leave."""
    span, change = request.spans[row], Change()
    length_ns = span.end_ns - span.start_ns
    wait_ns = token_ns = span.first_token_ns
    left = left_of_token = 1.0
    for move in sorted(moves, key=lambda move: move.lever != "stream"):
        saved_ns, perceived_saved_ns = _nanoseconds(move)
        if move.kind == "drop":
            change.is_dropped = True
        elif move.kind == "start_with":
            change.start_with = move.other_row
        elif move.kind == "start_after":
            change.start_after = move.other_row
        elif move.lever == "stream":
            wait_ns = request.moment.at_ns - span.start_ns
            token_ns = wait_ns - perceived_saved_ns
        else:
            left *= 1 - saved_ns / length_ns
            is_of_token = token_ns and (span.first_token_ns or move.lever == "prompt_cache")
            left_of_token *= 1 - perceived_saved_ns / ((is_of_token and token_ns) or length_ns)
    change.cut_ns = round(length_ns * (1 - left))
    if wait_ns is not None and token_ns is not None:
        change.first_token_cut_ns = wait_ns - round(token_ns * max(left_of_token, 0))
    return change


def _nanoseconds(move: Move) -> tuple[int, int]:
    return round((move.saved_ms or 0) * 1e6), round((move.perceived_saved_ms or 0) * 1e6)
