"""What levers give back of the latency tax, in words."""

from app.dashboard import wording
from app.dashboard.what_if.levers import Opportunity
from sql.what_if import Outcome

NOT_TOLD = {
    "insufficient_data": "too few conversions for a latency tax of your own",
    "not_identifiable": "the data cannot tell slowness from what else slow sessions have in common",
    "no_conversions": "no conversion was reported",
    "no_worth": "the conversions carry no worth",
}
"""Why a lever that applies is not worth a known sum."""
TEN_DOLLARS = 10
"""Below it cents are told."""

PROOF = {
    "Formula": (
        "Given back = latency tax of a week × (lost now − lost with the lever) / lost now. Lost is "
        "the share of conversions that the fitted curve takes away at a request’s wait, added up "
        "over all requests. The range joins the ends of the curve, the chance of who converts and, "
        "in a replay, which requests were drawn; it holds the truth 9 times out of 10 if the curve "
        "does. It is shown only where the tax is measured or blended: what others have published "
        "is never money of your own."
    ),
    "Assumptions": (
        "Visitors who wait less convert as those do who waited that little already. The share "
        "comes from single requests, the tax from the longest wait of each session. What a lever "
        "costs to build or run is not taken off."
    ),
    "Source": (
        "The latency tax of the same period (docs/tax.md), from conversions joined to your spans; "
        "latencies before and after within 1 %."
    ),
}


def cell(each: Opportunity) -> str:
    """The sum of a week with its range, or why there is none."""
    if each.usd_week is None or each.usd_week_low is None or each.usd_week_high is None:
        reason = NOT_TOLD.get(each.usd_verdict, "")
        return f"{wording.UNKNOWN}<small>{reason}</small>" if reason else wording.UNKNOWN
    ends = _interval(each.usd_week_low, each.usd_week_high)
    is_nothing = _holds_nothing(each.usd_week_low, each.usd_week_high)
    figure = "none shown" if is_nothing else _usd(each.usd_week)
    return f"{figure}<small>{ends}, {each.usd_verdict}</small>"


def sentence(outcome: Outcome) -> str:
    """What the chosen levers are worth together, or why that is not known."""
    money = outcome.money
    if money.usd_week is None or money.usd_week_low is None or money.usd_week_high is None:
        reason = NOT_TOLD.get(money.verdict, "no latency tax is known")
        return f"What that is worth in money is not known: {reason}."
    ends = _interval(money.usd_week_low, money.usd_week_high)
    rests = (
        f"{money.verdict.capitalize()}: {wording.plural(money.conversions, 'conversion')}, "
        f"{wording.plural(outcome.n, 'replayed request')}."
    )
    if _holds_nothing(money.usd_week_low, money.usd_week_high):
        return f"No money is shown in it: {ends} a week. {rests}"
    if money.usd_week < 0:
        return f"That would cost {_usd(-money.usd_week)} a week ({ends} given back). {rests}"
    return (
        f"That gives back {_usd(money.usd_week)} a week ({ends}) of the "
        f"{_usd(money.tax_usd_week or 0)} that slowness costs. {rests}"
    )


def _holds_nothing(low: float, high: float) -> bool:
    return low <= 0 <= high


def _usd(value: float) -> str:
    """``$1,240``, ``−$85``, ``$3.20``, ``$0``."""
    digits = 0 if abs(value) >= TEN_DOLLARS or not round(value, 2) else 2
    return f"{'−' if round(value, digits) < 0 else ''}${abs(value):,.{digits}f}"


def _interval(low: float, high: float) -> str:
    ends = _usd(low), _usd(high)
    return ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"
