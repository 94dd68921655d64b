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
    "after_retention": (
        "Came after its trace was deleted",
        "Its request stays as it was counted: keep spans and requests for longer in [retention].",
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
    "no_token": (
        "Came without a token",
        "Give the sender one: `latencytax token create NAME --scope ingest`, or read to scrape.",
    ),
    "unknown_token": (
        "A token that is not known, or was revoked",
        "`latencytax token list` shows which are; if nobody of yours sends it, somebody is trying.",
    ),
    "expired_token": (
        "A token that has expired",
        "Make a new one for this sender: `latencytax token create`.",
    ),
    "wrong_scope": (
        "A token for something else",
        "Sending needs one with the scope ingest, scraping one with the scope read.",
    ),
    "too_fast": (
        "Sent faster than its token may",
        "Exporters send again later; if it lasts, send less or raise limits.token_bytes_per_s.",
    ),
    "tls_handshake_failed": (
        "TLS that did not come about",
        "The sample says why: a sender without TLS or our authority, or a certificate of another.",
    ),
    "metrics_not_read": (
        "Measures (OTLP metrics)",
        "Measures are not read: OTEL_METRICS_EXPORTER=none saves the sending.",
    ),
    "logs_not_read": (
        "Log records that tell neither of a model call nor of a conversion",
        "No others are read: if you send none of these, OTEL_LOGS_EXPORTER=none saves the sending.",
    ),
}
DOUBTS = {
    "end_before_start": (
        "Ended before it started; kept with a duration of 0",
        "Two clocks in one span: end it where it was started, or synchronise the sender (NTP).",
    ),
    "far_future": (
        "Starts more than an hour in the future",
        "Synchronise the sender's clock (NTP); until then these requests are not on the board.",
    ),
    "far_past": (
        "Starts more than 60 days ago",
        "Nothing to do for an import; else synchronise the sender's clock (NTP).",
    ),
    "ttft_not_believable": (
        "A time to first token that cannot be: none, negative, or as long as the whole call",
        "It was left out, so budgets do not suffer. Look for a newer version of the library.",
    ),
    "attributes_cut": (
        "Too many attributes; the rest was cut",
        "Send fewer, or raise limits.attribute_count.",
    ),
    "value_cut": (
        "A value that was too long; it was cut",
        "Send less, or raise limits.value_bytes.",
    ),
    "text_repaired": (
        "Text that is not valid UTF-8; it was repaired",
        "Look for code that cuts texts at bytes.",
    ),
}
REDACTED = {
    "redacted_email": "E-mail addresses",
    "redacted_phone": "Phone numbers",
    "redacted_card": "Card numbers",
}


def refusal(reason: str) -> tuple[str, str]:
    """Why, and what to do; an unlisted reason speaks through its sample."""
    return REFUSALS.get(reason, (reason.replace("_", " ").capitalize(), "See the sample."))


def doubt(flag: str) -> tuple[str, str]:
    """What was noticed about spans that were kept, and what to do."""
    unlisted = (flag.replace("_", " ").capitalize(), "Nothing: the spans are kept.")
    return DOUBTS.get(flag, unlisted)
