"""The latency tax in words: what slowness cost, and when nothing can be said."""

from app.dashboard import wording
from app.dashboard.tax.rows import Change, Tax, Total

MOST = 0.5
"""From this share on, a use case has most of the tax."""
NARROW_H = 8
"""Half of a tax that is spread over more hours of the day has no hours of its own."""
WORTH_TELLING_USD = 1
"""What was paid for speed is in the sentence from here on."""
VERDICTS = {
    "measured": "From your data",
    "blended": "Your data, part benchmark",
    "insufficient_data": "Too few conversions",
    "not_identifiable": "Cannot be told apart",
}


def headline(tax: Tax, period: str) -> str:
    """The sentence that answers."""
    total, losses = tax.total(), tax.losses
    if total is None or losses is None:
        return f"{_nothing_measured(tax, period)}{_paid(tax)}."
    if not tax.is_shown:
        return f"No tax shown {period}: the interval, {interval(losses)}, holds zero{_paid(tax)}."
    if _is_gain(total):
        return f"Slower answers did better {period}, by about {amount(total)}: see how we know."
    return f"Slow answers cost about {amount(total)} {period}{_where(tax)}."


def lead(tax: Tax) -> str | None:
    """What is to be said besides: the cure where nothing is measured, and what is left out."""
    total, refused = tax.total(), tax.refused()
    if total is None or tax.losses is None:
        first = next(iter(refused), None)
        return f"{first.reason} {first.cure or ''}".strip() if first else None
    left_out = []
    if refused:
        titles = ", ".join(wording.inside(case.title) for case in refused)
        left_out.append(f"Not in it, because your data cannot tell yet: {titles}.")
    if total.without_usd and total.usd is not None:
        cases = wording.plural(total.without_usd, "use case")
        left_out.append(f"Not in it either: {cases} whose conversions have no known worth.")
    return " ".join(left_out) or None


def rests_on(total: Total) -> str:
    """The sample beneath the figure."""
    cases = wording.plural(total.use_cases, "use case")
    n = wording.plural(total.n or 0, "conversion")
    sessions = wording.plural(total.sessions or 0, "session")
    return f"{VERDICTS[total.verdict]}: {n} of {sessions} in {cases}"


def against(change: Change, before: str) -> str | None:
    """The figure against the period before; None where there is nothing to compare with."""
    if change.usd_before is None or change.change is None:
        return None
    words = {"more": "clearly less", "less": "clearly more", "unclear": "no clear change"}
    return f"{wording.usd(change.usd_before)} in {before}: {words[change.change]}"


def _nothing_measured(tax: Tax, period: str) -> str:
    if not tax.has_conversions:
        return "No conversions yet: without them nobody can say what slow answers cost"
    if tax.refused():
        return f"What slow answers cost {period}, your data cannot tell yet"
    if tax.cases:
        return f"No conversions {period}: without them nobody can say what slow answers cost"
    return f"No sessions to judge {period} yet; new ones are counted within minutes"


def _paid(tax: Tax) -> str:
    paid = tax.total(part="speed_premium")
    if paid is None or paid.usd is None or paid.usd < WORTH_TELLING_USD:
        return ""
    return f"; {wording.usd(paid.usd)} was paid for speed"


def _where(tax: Tax) -> str:
    pieces = tax.measured()
    if not pieces or pieces[0].share is None:
        return ""
    largest = pieces[0]
    title = wording.inside(tax.title(largest.use_case))
    if not pieces[1:]:
        return f", all of it in {title}{_when(tax, largest.use_case)}"
    if largest.share is not None and largest.share >= MOST:
        return f", most of it in {title}{_when(tax, largest.use_case)}"
    return f", the largest part in {title} ({wording.share(largest.share)})"


def _when(tax: Tax, use_case: str) -> str:
    peak = next((each for each in tax.peaks if each.use_case == use_case), None)
    if peak is None or peak.hours > NARROW_H:
        return ""
    return f", half of that between {peak.from_hour:02}:00 and {peak.to_hour:02}:00 UTC"


def _is_gain(total: Total) -> bool:
    middle = total.usd if total.usd is not None else total.lost_conversions
    return middle is not None and middle < 0


def amount(total: Total) -> str:
    """``$41k``, or ``32 conversions`` where no worth is known; in two digits, without its sign."""
    if total.usd is None:
        return f"{wording.count(abs(total.lost_conversions or 0))} conversions"
    return wording.about_usd(abs(total.usd))


def interval(total: Total) -> str:
    """``$28k to $55k``, of conversions where no worth is known."""
    if total.usd is None:
        low, high = wording.count(total.lost_low), wording.count(total.lost_high)
        return f"{low} to {high} conversions"
    return wording.usd_interval(total.usd_low, total.usd_high)
