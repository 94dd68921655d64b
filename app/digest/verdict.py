"""The verdict of a digest: its subject, and what is said about the latency tax."""

from collections.abc import Sequence
from typing import Any

from app.dashboard import wording
from app.dashboard.budgets import Budget
from app.digest.words import change, money, money_between

Row = dict[str, Any]
"""Of latency_tax_told; that of all together has no use case."""
UP_OR_DOWN = {"more": "up", "less": "down"}


def subject(budgets: Sequence[Budget], total: Row, symbol: str) -> str:
    """``2 of 6 budgets missed · latency tax $1.8k–4.2k, up 12 %``."""
    return f"{_kept(budgets)} · {_tax(total, symbol)}"


def tax_sentence(total: Row, symbol: str) -> str:
    """What slowness cost, with its interval and against the period before; or that nobody knows."""
    if not total["measured"]:
        why = "no conversions were reported"
        if total["left_out"]:
            why = (
                f"the evidence does not suffice in {wording.plural(total['left_out'], 'use case')}"
            )
        return f"What slow answers cost is not measured: {why}. No benchmark stands in for it."
    between = money_between(symbol, total["money_low"], total["money_high"])
    if not _is_loss(total):
        return f"Slow answers cost nothing that is clear of chance (90 %: {between})."
    about = money(symbol, total["money"])
    return f"Slow answers cost about {about} (90 %: {between}){_against(total)}."


def tax_note(total: Row) -> str:
    """What the figure leaves out; empty when nothing."""
    if not total["measured"] or not total["left_out"]:
        return ""
    cases = wording.plural(total["left_out"], "use case")
    return f"Not in it: {cases} in which it is not measured. No benchmark stands in for it."


def tax_of(row: Row, symbol: str) -> str:
    """``$499 (90 %: $2–1.6k)`` of one use case, or that it is not measured."""
    if not row["measured"]:
        return "not measured"
    between = money_between(symbol, row["money_low"], row["money_high"])
    return f"{money(symbol, row['money'])} (90 %: {between})"


def _kept(budgets: Sequence[Budget]) -> str:
    asked = [budget.state for budget in budgets if budget.state != "no_data"]
    if not asked:
        return "No requests"
    missed, undecided = asked.count("missed"), asked.count("too_few")
    of = wording.plural(len(asked), "budget")
    if missed:
        return f"{missed} of {of} missed"
    if undecided == len(asked):
        return f"{of} undecided"
    if undecided:
        return f"{len(asked) - undecided} of {of} kept, {undecided} undecided"
    return f"All {of} kept" if len(asked) > 1 else f"{of} kept"


def _tax(total: Row, symbol: str) -> str:
    if not total["measured"]:
        return "latency tax not measured"
    if not _is_loss(total):
        return "no clear latency tax"
    between = money_between(symbol, total["money_low"], total["money_high"])
    is_clear = total["change"] in UP_OR_DOWN and total["change_ratio"] is not None
    moved = f", {UP_OR_DOWN[total['change']]} {change(total['change_ratio'])}" if is_clear else ""
    return f"latency tax {between}{moved}"


def _is_loss(total: Row) -> bool:
    return bool(total["is_tax_shown"] and total["money_low"] > 0)


def _against(total: Row) -> str:
    match total["change"]:
        case "more" | "less" as how if total["change_ratio"] is not None:
            return f", {change(total['change_ratio'])} {how} than in the period before"
        case "unclear":
            return ", no clear change against the period before"
        case _:
            return ""


def gives_back(move: dict[str, Any], symbol: str) -> str:
    """What a lever surely gives back of the tax, to be followed by its other gains."""
    if move["ranked_by"] != "money":
        return ""
    between = money_between(symbol, move["money_week_low"], move["money_week_high"])
    return f"Gives back {money(symbol, move['money_week'])} a week ({between}). "
