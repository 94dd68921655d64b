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
