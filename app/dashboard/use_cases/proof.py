"""How do we know: what each figure of the Use cases page rests on, in words."""

_SPANS = "Requests are assembled from the OpenTelemetry spans that your agents sent."
_WELL = (
    "Of requests that finished well; those that failed, timed out or were abandoned are left out."
)
_SKETCH = "Latencies are kept in buckets of 2 %: a percentile is within 1 % of the exact one."
_RANKS = (
    "A percentile is the latency at its rank. Its interval holds the true one 9 times out of 10: "
    "from the latency at rank np − 1.645 √(np(1−p)) to the one at np + 1.645 √(np(1−p))."
)
_ALL = "All channels, tiers and environments, up to the end of the period."

PROOFS = {
    "objectives": {
        "Formula": (
            "In budget = requests that finished well and in time / requests that count. Failures, "
            "time-outs and abandonments are late. The range holds the true share 9 times out of 10 "
            "(Jeffreys). Error budget left = 1 − late / (requests × (1 − objective)), over the "
            "objective’s own window. Gone at this pace: what is left, divided by what the last "
            "24 hours were late beyond what they were allowed."
        ),
        "Assumptions": (
            "Requests are independent of each other; incidents make the true range wider. A "
            "request whose first token nobody reported counts neither way, and is shown as unknown."
        ),
        "Source": f"{_SPANS} Budgets are those of latencytax.toml, else the shipped ones.",
    },
    "percentiles": {
        "Formula": f"{_RANKS} An end outside the sample is not shown.",
        "Assumptions": f"{_WELL} {_SKETCH} p99 is shown from 100 requests on.",
        "Source": _SPANS,
    },
    "so_far": {
        "Formula": (
            "As above, for calendar days, weeks from Monday and months, in UTC, so far, and for "
            "the rolling window. What is left is of what the requests of that time allow."
        ),
        "Assumptions": _ALL,
        "Source": _SPANS,
    },
    "burn_rates": {
        "Formula": (
            "Burn rate = share late / share allowed: at 1 the budget lasts exactly its window. "
            "It is told when the long window and a twelfth of it both burn faster than the "
            "threshold, with 5 late requests at least and the range’s lower end clearly above 1."
        ),
        "Assumptions": f"{_ALL} With few requests nothing is told until there is enough to tell.",
        "Source": (
            "Windows: Google, The Site Reliability Workbook, chapter 5, table 5-8; in "
            "sql/burn_windows.csv."
        ),
    },
    "burn_down": {
        "Formula": (
            "Left after an hour = 1 − late since the window began / (requests of the whole window "
            "× (1 − objective)). Dashed: straight to zero at the pace of the last 24 hours."
        ),
        "Assumptions": "The next days bring as many requests, as late as in the last 24 hours.",
        "Source": _SPANS,
    },
    "trend": {
        "Formula": "The percentile of each bucket of time; percentiles are never averaged.",
        "Assumptions": f"{_WELL} {_SKETCH}",
        "Source": _SPANS,
    },
    "week": {
        "Formula": "p95 of all requests that began in that hour of that weekday, in UTC.",
        "Assumptions": f"{_WELL} {_SKETCH} Pale below 52 requests: p95 has no interval then.",
        "Source": _SPANS,
    },
    "peak": {
        "Formula": (
            "Average and p95 over all hours, against p95 of the three hours of the day, one after "
            "the other, that have most requests."
        ),
        "Assumptions": f"{_WELL} {_SKETCH}",
        "Source": _SPANS,
    },
    "conversions": {
        "Formula": (
            "Recorded = conversions / sessions in a latency bin, with the 90 % range (Jeffreys). "
            "Curve = the rate of the sessions in time × exp(−effect), where the effect is what the "
            "fit says slowness takes at that latency; the band is the curve at both ends of its "
            "90 % interval."
        ),
        "Assumptions": (
            "A session is what one session id does in a use case in a UTC day; its latency is its "
            "longest wait. Bins of fewer than 30 sessions are not drawn. All channels, tiers and "
            "environments, and all time, whatever the period above."
        ),
        "Source": "Conversions that you sent, joined by session; docs/tax.md has the method.",
    },
    "fit": {
        "Formula": (
            "Slow and fast sessions of the same model and hour are compared, adjusted for prompt "
            "length, device and failures; hours in which one model was slow and others were not "
            "are read beside it, and so are randomised delays."
        ),
        "Assumptions": (
            "What is not recorded and makes sessions both slow and keen is what the placebo among "
            "sessions in time shows. Where that fails, only published benchmarks are shown."
        ),
        "Source": "docs/tax.md; the benchmarks and who published them are in the view benchmarks.",
    },
    "slowest": {
        "Formula": "The five requests with the longest wait, whatever their outcome.",
        "Assumptions": "The budget beside each is the use case’s first objective.",
        "Source": _SPANS,
    },
}
"""Formula, assumptions and source of each figure in `use_case_queries.FIGURES`."""
