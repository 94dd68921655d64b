"""Whatever bytes come in, each of these returns, or the promise in its docstring is broken."""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, cast

from app.conversion_files import ConversionFileError, rows
from app.openslo import NotOpenSloError, promises
from app.trace_files import UnreadableError, payloads
from collector.accept import Admission
from collector.arrivals import arrivals
from collector.bounds import inflate
from collector.errors import RefusedError
from collector.journal import Journal
from collector.otlp_json import to_protobuf
from collector.signals import CONVERSIONS, LOGS, TRACES, Signal
from sql.conversions import unpacked
from sql.settings import SettingsError, load_settings
from sql.settings_file import check, parsed

MESSAGE_BYTES = 2**20
NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
SETTINGS = load_settings(None, environ={})


class Kept:
    """What a journal would have been given, in memory."""

    def __init__(self) -> None:
        self.batches: list[tuple[str, bytes, int]] = []

    def put(self, body: bytes, *, span_count: int, signal: str = "traces", **_: Any) -> None:
        """Keeps it."""
        self.batches.append((signal, body, span_count))

    def refuse(self, **_: Any) -> None:
        """Refusals are not looked at."""


def _sent(signal: Signal, body: bytes) -> None:
    """A refusal says why; of what is acknowledged, every span and conversion can be loaded."""
    kept = Kept()
    try:
        Admission(cast("Journal", kept), message_bytes=MESSAGE_BYTES).accept(signal, body, "http")
    except RefusedError:
        return
    for stored, stored_body, count in kept.batches:
        if stored == CONVERSIONS.name:
            assert len(unpacked(stored_body)) == count
        else:
            loaded = arrivals([stored_body], [NOW], SETTINGS)
            assert loaded.spans.num_rows == count, (stored, loaded.spans.num_rows, count)


def traces(body: bytes) -> None:
    """As `_sent`, of spans in protobuf."""
    _sent(TRACES, body)


def traces_json(body: bytes) -> None:
    """As `_sent`, of spans in JSON."""
    try:
        converted = to_protobuf(body, TRACES.request)
    except RefusedError:
        return
    _sent(TRACES, converted)


def logs(body: bytes) -> None:
    """As `_sent`, of log records."""
    _sent(LOGS, body)


def conversions(body: bytes) -> None:
    """As `_sent`, of conversions in JSON."""
    _sent(CONVERSIONS, body)


def gzipped(body: bytes) -> None:
    """A refusal says why; nothing grows beyond the limit."""
    try:
        assert len(inflate(body, MESSAGE_BYTES)) <= MESSAGE_BYTES
    except RefusedError:
        return


def trace_file(content: bytes) -> None:
    """A file that is none of ours is told as that."""
    try:
        for _ in payloads(io.BufferedReader(io.BytesIO(content))):
            pass
    except UnreadableError:
        return


def conversion_file(content: bytes) -> None:
    """A file that is none of ours is told as that."""
    with NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        try:
            for _ in rows(Path(file.name)):
                pass
        except ConversionFileError:
            return


def settings(content: bytes) -> None:
    """A file that is no settings is told as that."""
    file = Path("latencytax.toml")
    try:
        raw = parsed(content.decode("utf-8", "replace"), file)
        check(raw, dict.fromkeys(raw, str(file)))
    except SettingsError:
        return


def openslo(content: bytes) -> None:
    """Documents that cannot become objectives are told as that."""
    try:
        promises(content.decode("utf-8", "replace"), sli="response", unit="ms")
    except NotOpenSloError:
        return


TARGETS: dict[str, Callable[[bytes], None]] = {
    target.__name__: target
    for target in (
        traces,
        traces_json,
        logs,
        conversions,
        gzipped,
        trace_file,
        conversion_file,
        settings,
        openslo,
    )
}
