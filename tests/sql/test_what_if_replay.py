"""One request played again: worked examples of METHODS, critical path 6.1, and what must hold."""

from hypothesis import given
from hypothesis import strategies as st

from sql.what_if.replay import Change, Moment, Request, Span, prepare, replay

MS = 1_000_000
ROOT, A, B, C = 1, 2, 3, 4


def request(*spans: tuple[int, int | None, int, int], moment: Moment | None = None) -> Request:
    """A request of (row, above, start, end) in ms."""
    made = [Span(row, above, start * MS, end * MS) for row, above, start, end in spans]
    return prepare(made, moment or Moment("end", made[0].end_ns))


def duration_ms(played: Request, changes: dict[int, Change]) -> float:
    return replay(played, changes).duration_ns / MS


TOOLS_THEN_ONE = request((ROOT, None, 0, 1000), (A, 1, 0, 400), (B, 1, 0, 600), (C, 1, 650, 950))


def test_a_faster_branch_saves_only_until_the_other_branch_takes_over() -> None:
    assert duration_ms(TOOLS_THEN_ONE, {B: Change(cut_ns=300 * MS)}) == 1000 - 200


def test_a_branch_that_nobody_waited_for_saves_nothing() -> None:
    assert duration_ms(TOOLS_THEN_ONE, {A: Change(cut_ns=300 * MS)}) == 1000


def test_tools_that_start_together_take_as_long_as_the_longest() -> None:
    played = request((ROOT, None, 0, 1000), (A, 1, 100, 300), (B, 1, 310, 710), (C, 1, 720, 820))
    together = {B: Change(start_with=A), C: Change(start_with=A)}
    assert duration_ms(played, together) == 1000 - (720 - 400)


def test_a_retry_starts_when_the_failed_attempt_did() -> None:
    played = request((ROOT, None, 0, 1000), (A, 1, 100, 400), (B, 1, 500, 900))
    once = {A: Change(is_dropped=True), B: Change(start_with=A)}
    assert duration_ms(played, once) == 1000 - 400


def test_a_cut_in_a_nested_call_shortens_all_around_it() -> None:
    played = request((ROOT, None, 0, 1000), (A, 1, 100, 900), (B, A, 150, 850))
    assert duration_ms(played, {B: Change(cut_ns=200 * MS)}) == 800


def test_speech_begins_as_long_after_the_first_words_as_before() -> None:
    root, model = Span(ROOT, None, 0, 2400 * MS), Span(A, 1, 500 * MS, 1500 * MS, 300 * MS)
    speech = Span(B, 1, 1000 * MS, 2400 * MS, is_speech=True)
    played = prepare([root, model, speech], Moment("first_audio", 1150 * MS, B))
    sooner = replay(played, {A: Change(first_token_cut_ns=100 * MS, cut_ns=100 * MS)})
    assert (sooner.duration_ns, sooner.perceived_ns) == (2300 * MS, 1050 * MS)


def test_the_first_token_comes_sooner_by_all_that_comes_before_it() -> None:
    root, search = Span(ROOT, None, 0, 1000 * MS), Span(A, 1, 0, 200 * MS)
    model = Span(B, 1, 210 * MS, 1000 * MS, 300 * MS)
    played = prepare([root, search, model], Moment("first_token", 510 * MS, B))
    both = {A: Change(cut_ns=50 * MS), B: Change(cut_ns=100 * MS, first_token_cut_ns=100 * MS)}
    assert replay(played, both) == (850 * MS, 360 * MS)


@st.composite
def requests(draw: st.DrawFn) -> Request:
    """A tree of spans, each within its parent, in any overlap; times in ns."""
    spans = [Span(1, None, 0, draw(st.integers(1, 10_000)))]
    for row in range(2, draw(st.integers(2, 12))):
        above = draw(st.sampled_from(spans))
        start_ns = draw(st.integers(above.start_ns, above.end_ns - 1))
        end_ns = draw(st.integers(start_ns + 1, above.end_ns))
        spans.append(Span(row, above.row, start_ns, end_ns))
    return prepare(spans, Moment("end", spans[0].end_ns))


def duration_ns(played: Request) -> int:
    return played.spans[played.root].end_ns


@given(requests())
def test_a_replay_that_touches_all_and_changes_nothing_is_the_request_itself(
    played: Request,
) -> None:
    untouched = {row: Change() for row in played.spans}
    assert replay(played, untouched) == (duration_ns(played), duration_ns(played))


@given(requests(), st.dictionaries(st.integers(1, 12), st.integers(0, 10_000)))
def test_cuts_make_no_request_longer_and_none_shorter_than_nothing(
    played: Request, cuts: dict[int, int]
) -> None:
    changes = {row: Change(cut_ns=cut) for row, cut in cuts.items() if row in played.spans}
    assert 0 <= replay(played, changes).duration_ns <= duration_ns(played)


@given(requests(), st.data())
def test_a_single_cut_saves_at_most_what_is_cut(played: Request, data: st.DataObject) -> None:
    span = data.draw(st.sampled_from(list(played.spans.values())))
    cut_ns = data.draw(st.integers(0, span.end_ns - span.start_ns))
    saved_ns = duration_ns(played) - replay(played, {span.row: Change(cut_ns=cut_ns)}).duration_ns
    assert saved_ns <= cut_ns
