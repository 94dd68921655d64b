"""What a refusal or a doubt means, and what to do about it."""

REFUSALS = {
    "undecodable": (
        "Not OTLP",
        "Send OTLP in protobuf or JSON; check which protocol the exporter is set to.",
    ),
    "wrong_content_type": (
        "Wrong content type",
        "Send application/x-protobuf or application/json: OTEL_EXPORTER_OTLP_PROTOCOL.",
    ),
    "wrong_content_encoding": (
        "Wrong compression",
        "Send gzip or none: OTEL_EXPORTER_OTLP_COMPRESSION.",
    ),
    "broken_gzip": ("Broken gzip", "Look for a proxy between agent and collector that rewrites."),
    "truncated_gzip": ("Gzip that ends early", "Look for a proxy that cuts large requests."),
    "disconnected": (
        "The sender hung up",
        "Nothing to do if rare: exporters send again. Else raise the exporter's timeout.",
    ),
    "load_failed": (
        "Could not be loaded",
        "Kept aside in the journal: send the collector's log along when you report it.",
    ),
    "not_assembled": (
        "No request could be made of it",
        "Its spans are stored: send one of the trace ids along when you report it.",
    ),
    "trace_id_length": (
        "Trace id of a wrong length",
        "A trace id has 16 bytes: look for an exporter or proxy that rewrites ids.",
    ),
    "trace_id_zero": (
        "Trace id of zeros",
        "The span was made without a trace: initialise the tracer before the first span.",
    ),
    "span_id_length": (
        "Span id of a wrong length",
        "A span id has 8 bytes: look for an exporter or proxy that rewrites ids.",
    ),
    "span_id_zero": (
        "Span id of zeros",
        "The span was made without an id: initialise the tracer before the first span.",
    ),
    "parent_span_id_length": (
        "Parent span id of a wrong length",
        "A parent span id has 8 bytes, or none for a root.",
    ),
    "too_large": (
        "Larger than allowed",
        "Send smaller batches, or raise limits.message_bytes of the collector.",
    ),
    "journal_full": (
        "The journal was full",
        "Exporters retry by themselves; if it lasts, look at the lag above and at disk space.",
    ),
    "journal_broken": (
        "The journal could not be written",
        "Look at the disk and its permissions: `latencytax doctor` says what is wrong.",
    ),
    "stopping": (
        "The collector was stopping",
        "Nothing to do: exporters send again when it is back.",
    ),
    "metrics_not_read": (
        "Measures (OTLP metrics)",
        "Only traces are read: OTEL_METRICS_EXPORTER=none saves the sending.",
    ),
    "logs_not_read": (
        "Log records",
        "Only traces are read: OTEL_LOGS_EXPORTER=none saves the sending.",
    ),
}
DOUBTS = {
    "end_before_start": "Ended before it started; kept with a duration of 0: check the clock.",
    "far_future": "Starts in the far future: check the sender's clock.",
    "far_past": "Starts in the far past: check the sender's clock.",
    "ttft_not_believable": "Gave a time to first token that cannot be; it was left out.",
    "attributes_cut": "Had too many attributes; the rest was cut (limits.attribute_count).",
    "value_cut": "Had a value that was too long; it was cut (limits.value_bytes).",
    "text_repaired": "Held text that is not valid UTF-8; it was repaired.",
}


def refusal(reason: str) -> tuple[str, str]:
    """Why, and what to do; an unlisted reason speaks through its sample."""
    return REFUSALS.get(reason, (reason.replace("_", " ").capitalize(), "See the sample."))


def doubt(flag: str) -> str:
    """What was noticed about spans that were kept."""
    return DOUBTS.get(flag, flag.replace("_", " ").capitalize())
