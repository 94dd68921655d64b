"""Trace files are told apart by their content."""

import gzip
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from app.trace_files import UnreadableError, payloads

PROTOBUF = b"\n\x7b" + b"\x12" * 123
"""A request of 123 bytes: its length is the byte that JSON starts with."""
DOCUMENT = {"resourceSpans": [{"scopeSpans": []}]}
LINE = json.dumps(DOCUMENT).encode()


def framed(*messages: bytes) -> bytes:
    return b"".join(len(message).to_bytes(4, "big") + message for message in messages)


def read(path: Path) -> list[bytes]:
    with path.open("rb") as file:
        assert isinstance(file, io.BufferedReader)
        return list(payloads(file))


@pytest.mark.parametrize("compress", [bytes, gzip.compress, zstandard.compress])
@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(PROTOBUF, [PROTOBUF], id="protobuf"),
        pytest.param(LINE, [LINE], id="json"),
        pytest.param(LINE + b"\n" + LINE + b"\n\n", [LINE + b"\n"] * 2, id="json_lines"),
        pytest.param(framed(PROTOBUF, LINE), [PROTOBUF, LINE], id="messages_behind_their_length"),
        pytest.param(
            framed(zstandard.compress(PROTOBUF)), [PROTOBUF], id="compressed_messages_behind_length"
        ),
        pytest.param(b"", [], id="empty"),
    ],
)
def test_requests_are_read_whatever_the_file_is_called(
    tmp_path: Path, compress: Callable[[bytes], bytes], content: bytes, expected: list[bytes]
) -> None:
    file = tmp_path / "traces.bin"
    file.write_bytes(compress(content))
    assert read(file) == expected


def test_json_over_several_lines_is_one_request(tmp_path: Path) -> None:
    file = tmp_path / "pretty"
    file.write_text(json.dumps(DOCUMENT, indent=2), encoding="utf-8")
    assert [json.loads(payload) for payload in read(file)] == [DOCUMENT]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"hello", id="text"),
        pytest.param(gzip.compress(LINE)[:-9], id="gzip_cut"),
        pytest.param(framed(PROTOBUF)[:-1], id="message_cut"),
        pytest.param(zstandard.compress(LINE)[:4] + b"garbage", id="zstd_damaged"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "traces.json"
    file.write_bytes(content)
    with pytest.raises(UnreadableError):
        read(file)
