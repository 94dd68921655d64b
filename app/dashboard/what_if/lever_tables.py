"""Tables of levers: the ranked list, before and after, and what each contributes."""

from collections.abc import Iterable

from app.dashboard import wording
from app.dashboard.cells import chip, heading, table
from app.dashboard.what_if import lever_money
from app.dashboard.what_if.levers import Opportunity
from sql.levers import levers
from sql.what_if import Outcome
from sql.what_if.outcome import Latency

VERDICTS = {
    "saves": ("within", "●", "Saves time"),
    "slower": ("missed", "◆", "Makes it slower"),
    "hardly": ("quiet", "■", "Hardly anything"),
    "too_few": ("quiet", "■", "Too few requests"),
    "does_not_apply": ("quiet", "○", "Does not apply here"),
    "unknown": ("quiet", "○", "Not known"),
}


def ranked(opportunities: Iterable[Opportunity]) -> str:
    """A row for each lever: whether it applies, and what it would save."""
    heads = (
        "Lever",
        "Here",
        "Applies to",
        "p50 saves",
        "p95 saves",
        "In budget",
        "Gives back a week",
    )
    return table("Levers, best first", heads, (_row(each) for each in opportunities))


def figures(outcome: Outcome) -> str:
    """Percentiles and compliance, before and after."""
    before, after = outcome.before, outcome.after
    rows = [
        (
            heading(name),
            wording.duration(old),
            wording.duration(new),
            _change(old, new),
        )
        for name, old, new in (
            ("p50", before.p50, after.p50),
            ("p95", before.p95, after.p95),
            ("p99", before.p99, after.p99),
        )
    ]
    within = f"Within {wording.duration(outcome.budget_ms)}"
    due = heading(within, f"{wording.share(outcome.objective)} are due")
    rows.append(
        (
            due,
            _share(before),
            _share(after),
            _points(before.compliance, after.compliance),
        )
    )
    return table("Before and after", ("", "Now", "With the levers", "Change"), rows)


def contributions(outcome: Outcome) -> str:
    """What each lever saves alone, and among the others."""
    rows = (
        (
            heading(levers()[part.lever].title, part.assumptions),
            wording.count(part.n),
            wording.duration(part.alone_ms),
            wording.duration(part.added_ms),
        )
        for part in outcome.contributions
    )
    heads = ("Lever", "Applies to", "Alone", "On top of the others")
    return table("What each lever contributes: mean of all requests", heads, rows)


def _row(each: Opportunity) -> tuple[str, ...]:
    if each.applies != "yes":
        return heading(each.title, each.assumptions), chip(*VERDICTS[each.verdict]), *[""] * 5
    applies = f"{wording.count(each.n)}<small>of {wording.count(each.requests)}</small>"
    return (
        heading(each.title, each.assumptions),
        chip(*VERDICTS[each.verdict]),
        applies,
        _saved(each.saved_p50_ms),
        _saved(each.saved_p95_ms),
        _gain(each),
        lever_money.cell(each),
    )


def _saved(ms: float | None) -> str:
    if ms is None:
        return wording.UNKNOWN
    return f"{'−' if round(ms) < 0 else ''}{wording.duration(abs(ms))}"


def _gain(each: Opportunity) -> str:
    if each.compliance_gain is None:
        return wording.UNKNOWN
    sign = "+" if each.compliance_gain > 0 else "−" if each.compliance_gain < 0 else ""
    reached = f"<small>to {wording.share(each.compliance_after)}</small>"
    return f"{sign}{wording.points(each.compliance_gain)}{reached}"


def _change(old: float | None, new: float | None) -> str:
    return wording.UNKNOWN if old is None or new is None else wording.slower(new - old)


def _points(old: float | None, new: float | None) -> str:
    if old is None or new is None:
        return wording.UNKNOWN
    return f"{wording.points(new - old)} {'more' if new >= old else 'fewer'}"


def _share(latency: Latency) -> str:
    interval = wording.interval(latency.compliance_low, latency.compliance_high)
    return f"{wording.share(latency.compliance)}<small>{interval}</small>"
