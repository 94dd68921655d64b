"""How do we know: what each figure of the Latency tax page rests on, in words."""

_SPANS = "Requests and conversions are those that your agents and shops sent."
_HOURS = "Whole UTC hours: that of the start from its beginning, that of the end not at all."
_ESTIMATE = (
    "An estimate, not an experiment, unless randomised delays are part of it. One curve for a use "
    "case holds for all its tiers, channels and hours."
)

PROOFS = {
    "total": {
        "Formula": (
            "Lost = conversions of sessions over the budget × (exp(effect of their wait) − 1) / "
            "share of conversions that are recorded, added up. Fits of different use cases are "
            "independent: their arms add in quadrature; parts of one use case just add. What was "
            "paid for speed is counted, not estimated. Benchmarks are never added."
        ),
        "Assumptions": f"{_ESTIMATE} {_HOURS}",
        "Source": f"{_SPANS} docs/tax.md says how the curve is found.",
    },
    "cases": {
        "Formula": "As above, by use case; shown as a tax when the interval leaves zero out.",
        "Assumptions": (
            "Too few conversions, or a failed placebo without incidents or randomised delays to "
            "settle it: then only the range of the benchmarks is shown, and never added."
        ),
        "Source": _SPANS,
    },
    "compared": {
        "Formula": (
            "This period less the one before. Both are figured with the same curves, so the "
            "interval is that of the difference at both ends of each curve, and chance."
        ),
        "Assumptions": "Nothing is compared with a time before the first session.",
        "Source": _SPANS,
    },
    "trend": {
        "Formula": "The same by bucket of time; buckets begin with the period and add up to it.",
        "Assumptions": (
            "Each interval is of its own bucket; those of buckets do not add up. Conversions of "
            "the last days may still come."
        ),
        "Source": _SPANS,
    },
    "split": {
        "Formula": (
            "What a use case lost is shared out over the steps that the slowest request of each "
            "late session waited for on its critical path, until its first token, word or sound, "
            "or the whole answer where the budget is about that."
        ),
        "Assumptions": (
            "Every millisecond of a late wait counts the same. Tiers are those of the sessions’ "
            "first request. Every cut adds up to the total; intervals are each row’s own."
        ),
        "Source": _SPANS,
    },
    "peak": {
        "Formula": (
            "The fewest hours of the day, one after the other, in which half of the lost "
            "conversions of a use case were lost."
        ),
        "Assumptions": "In UTC.",
        "Source": _SPANS,
    },
    "old_budgets": {
        "Formula": "The days whose tax was counted from another budget than the settings have now.",
        "Assumptions": (
            "Days whose requests were deleted cannot be counted anew: they keep the budget of then."
        ),
        "Source": "docs/deploy.md says what is kept for how long.",
    },
    "evidence": {
        "Formula": (
            "Relative loss of conversions for each 100 ms over the budget (of a deadline: for "
            "being late at all), by each kind of evidence alone, and together."
        ),
        "Assumptions": (
            "The comparison is as wide as hidden confounding may make it. Where the verdict "
            "refuses, together is the benchmarks alone."
        ),
        "Source": (
            "Published tests, half of them randomised, in sql/benchmarks.toml and the view "
            "benchmarks; the rest is your data."
        ),
    },
    "checks": {
        "Formula": (
            "A placebo or future latency that “explains” sales by 2.58 standard errors or more "
            "fails. Evidence that differs by 1.96 of them or more disagrees."
        ),
        "Assumptions": "Future latency only warns: it does not change the figure.",
        "Source": _SPANS,
    },
    "fits": {
        "Formula": "All that the newest fit of each use case rests on.",
        "Assumptions": "Fitted to all sessions in the lake, not only to those of the period.",
        "Source": "sql/tax, tested against worlds whose truth is known (docs/tax.md).",
    },
    "moves": {
        "Formula": (
            "What each lever would save, over the recorded requests; of each use case its best one "
            "first, by the USD a week that it surely gives back, else by the requests that it "
            "brings within the budget."
        ),
        "Assumptions": "Each lever alone, as shipped; savings of several do not add up.",
        "Source": "The page What if plays them on recorded requests.",
    },
}
"""Formula, assumptions and source of each figure in `tax_queries.FIGURES`."""
