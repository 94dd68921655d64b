"""How do we know: what each figure of the Models & tiers page rests on, in words."""

PROOFS = {
    "fits": {
        "Formula": (
            "Fits: the share of requests in time is at least what is promised. At the median only: "
            "half of the requests are in time, the promised share is not. Too slow: not even half. "
            "Each only when the whole 90 % range (Jeffreys) says so, else undecided. A month: what "
            "a request with this model costs × the requests that the use case had a day × 30."
        ),
        "Assumptions": (
            "Latency is that of the whole request, tools and searches included. Failures count as "
            "late. A request in which another model had to step in counts for the one that was "
            "asked. Models may be sent different questions: then quality, cost and tasks differ "
            "for that reason too. Hours are counted whole at both ends of the period."
        ),
        "Source": (
            "Requests assembled from your agents’ spans. Cost as sent, else tokens at list price. "
            "Quality as sent (marketing.quality, evaluations). Budgets of latencytax.toml, else "
            "the shipped ones."
        ),
    },
    "prices": {
        "Formula": (
            "Cost of 1,000 tokens, prompt and completion together, of requests that called no "
            "other model, and the share of requests within the use case’s budget with its 90 % "
            "range (Jeffreys), by the price tier at which the answering call was sold."
        ),
        "Assumptions": (
            "A tier is named as the better one only where its whole range lies above that of the "
            "standard tier. Price tiers are not chosen at random: calls at peak hours may be "
            "bought at a dearer tier because they are slow."
        ),
        "Source": "The price tier that spans tell (service_tier), cost as sent or at list price.",
    },
    "tasks": {
        "Formula": (
            "Mean time of a task that began with the smaller tier less that of one that began with "
            "the larger, intent by intent, weighted by how often an intent is asked for. A task "
            "that was not resolved takes as long as the slowest in a hundred. Backfires: the first "
            "answer is quicker and the whole 90 % range of the difference is above zero."
        ),
        "Assumptions": (
            "A task is what marketing.task_id says, else requests of a session about the same "
            "intent, at most 10 minutes apart. Within an intent, tasks are alike. All channels, "
            "tiers and environments. Beyond 100,000 requests a part of the sessions is looked at."
        ),
        "Source": "Requests assembled from your agents’ spans.",
    },
}
"""Formula, assumptions and source of each figure in `model_queries.FIGURES`."""
