"""What a planned chain is to do. Each widget is bound to the URL, so that a brief is a link."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
import streamlit as st

from app.dashboard import wording
from sql.briefs import Goal
from sql.chains import Plan
from sql.settings import Tier

CHANNELS = {"text": "In writing", "voice": "By voice"}
USUAL = "usual"
MOST_ROUNDS, MOST_TOOLS, MOST_SEARCHES, MOST_HOPS, MOST_TOKENS = 8, 6, 6, 12, 4000
LARGE, LARGE_STEP = 100, 50


@dataclass(frozen=True, slots=True)
class Brief:
    """A chain, what it is for, and what it owes the person waiting."""

    title: str
    plan: Plan
    goal: Goal
    light_tier: str
    best_tier: str
    tiers: dict[str, str]
    """Titles of the tiers, quickest first."""


def controls(promises: pl.DataFrame, tiers: Sequence[Tier]) -> Brief:
    """The reader's choices."""
    by_speed = {
        tier.name: tier.title for tier in sorted(tiers, key=lambda tier: tier.typical_high_ms)
    }
    purpose, before, thinking, answer = st.columns(4, gap="medium")
    with purpose:
        title, channel, goal = _purpose(promises)
    with before:
        is_spoken = _is_spoken(channel)
        asked: dict[str, Any] = {
            "hops": _number("Calls to other services", "hops", 1, MOST_HOPS),
            "is_redacted": st.toggle("Take out personal data", key="redact", bind="query-params"),
            "retrievals": _number("Searches", "searches", 1, MOST_SEARCHES),
            "is_reranked": st.toggle("Rerank what they find", key="rerank", bind="query-params"),
        }
    with thinking:
        asked |= _thinking(by_speed)
    with answer:
        asked |= {
            "answer_tier": _tier("Model that answers", "model", by_speed),
            "answer_tokens": _number("Length of the answer (tokens)", "tokens", 150, MOST_TOKENS),
            "is_streamed": st.toggle("Stream it", value=True, key="stream", bind="query-params"),
        }
    names = list(by_speed)
    plan = Plan(is_spoken=is_spoken, **asked)
    return Brief(title, plan, goal, names[max(len(names) - 2, 0)], names[-1], by_speed)


def _thinking(tiers: dict[str, str]) -> dict[str, Any]:
    rounds = _number("Rounds of planning and tools", "rounds", 0, MOST_ROUNDS)
    return {
        "rounds": rounds,
        "plan_tier": _tier("Model that plans", "planner", tiers, is_idle=not rounds),
        "tools": _number("Tools in each round", "tools", 1, MOST_TOOLS, is_idle=not rounds),
        "is_parallel": st.toggle(
            "Tools side by side", key="parallel", bind="query-params", disabled=not rounds
        ),
    }


def _purpose(promises: pl.DataFrame) -> tuple[str, str | None, Goal]:
    titles = dict(promises.select("use_case", "title").unique(maintain_order=True).iter_rows())
    names = list(titles)
    use_case = st.selectbox(
        "Use case",
        names,
        index=names.index("live_chat") if "live_chat" in names else 0,
        format_func=lambda name: titles.get(name, name),
        key="plan_for",
        bind="query-params",
    )
    rows = promises.filter(pl.col("use_case") == use_case).to_dicts()
    budgets = {_promise(row): row for row in rows}
    chosen = budgets[st.selectbox("Budget", list(budgets), key="budget", bind="query-params")]
    own_ms = st.number_input(
        "Another budget (ms)",
        min_value=10,
        max_value=600_000,
        value=None,
        step=100,
        placeholder=f"{chosen['threshold_ms']:g}, as promised",
        key="budget_ms",
        bind="query-params",
    )
    goal = Goal(
        "response" if chosen["metric"] == "response" else "perceived",
        float(own_ms or chosen["threshold_ms"]),
        chosen["objective"],
    )
    return titles[use_case], chosen["channel"], goal


def _promise(row: dict[str, Any]) -> str:
    sli = wording.SLI_WORDS[row["metric"]].capitalize()
    return f"{sli} in {wording.duration(row['threshold_ms'])} for {wording.share(row['objective'])}"


def _is_spoken(usual: str | None) -> bool:
    usual = "voice" if usual == "voice" else "text"
    words = {USUAL: f"As usual: {CHANNELS[usual].lower()}"} | CHANNELS
    chosen = st.selectbox(
        "Asked and answered",
        list(words),
        format_func=words.__getitem__,
        key="in",
        bind="query-params",
    )
    return (usual if chosen == USUAL else chosen) == "voice"


def _number(label: str, key: str, default: int, most: int, *, is_idle: bool = False) -> int:
    return int(
        st.number_input(
            label,
            min_value=0,
            max_value=most,
            value=default,
            step=LARGE_STEP if most > LARGE else 1,
            key=key,
            bind="query-params",
            disabled=is_idle,
        )
    )


def _tier(label: str, key: str, titles: dict[str, str], *, is_idle: bool = False) -> str:
    names = list(titles)
    return st.selectbox(
        label,
        names,
        index=len(names) - 1,
        format_func=lambda name: titles.get(name, name),
        key=key,
        bind="query-params",
        disabled=is_idle,
    )
