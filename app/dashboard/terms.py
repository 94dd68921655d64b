"""What the words on the board mean, for somebody who sees them for the first time."""

BOARD = {
    "Budget": (
        "The promise: this share of requests is answered within this time. "
        "A request that fails counts as late."
    ),
    "In budget": (
        "The share of requests that kept the promise. Below it, the range in which the true "
        "share lies 9 times out of 10."
    ),
    "Verdict": (
        "Within budget or missed when the whole range says so, undecided when there are too few "
        "requests to tell. At risk: kept, but at this pace the error budget will not last."
    ),
    "Error budget": (
        "The late requests that the promise allows: 5 in 100 when 95 % are promised. "
        "Overspent by 100 % means twice as many were late as are allowed."
    ),
    "p50, p95, p99": "Half, 95 % and 99 % of the requests were answered at least this fast.",
    "Requests": "How many requests p50, p95 and p99 rest on.",
}
COMPARED = {
    "Better, worse": (
        "In budget more or less often than in the period before, in percentage points (pts). "
        "No clear change: the difference is within what chance alone brings."
    ),
}
PIPELINE = {
    "Span": "One step of a request, such as a model call or a database query.",
    "From received to loaded": (
        "The longest that spans of the last 5 minutes waited before the pages could show them."
    ),
}
ROWS_TO_ADD = (
    "A column and a reading are guessed from the key's name; where it does not tell, COLUMN and "
    "READING are for you to choose, and CONTRIBUTING.md lists them. Keys that say nothing about "
    "latency, cost or outcome can stay unread."
)
STEPS = {
    "Step": (
        "What the request was waiting for at a moment. Of things that run side by side only the "
        "one that held the request up counts, so the steps add up to the whole wait."
    ),
    "Slowest 5 %, 1 %": (
        "Requests by their own wait: the fast half, the slow half up to the 95th percentile, "
        "from there to the 99th, and beyond."
    ),
    "Model call": "A call whose first token nobody reported: it cannot be split in two.",
    "Orchestration": "The agent’s own time: between steps, and in them when nothing else runs.",
    "Network": "From a service to another and back, where both reported the call.",
}
