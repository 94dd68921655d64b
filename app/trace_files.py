"""Trace files as OTLP bytes: protobuf or JSON, plain, gzip or zstd, told apart by their content."""

import gzip
import io
import json
import zlib
from collections.abc import Iterator

import zstandard

GZIP_MAGIC = b"\x1f\x8b"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
LENGTH_BYTES = 4


class UnreadableError(Exception):
    """A file is none of the kinds above, or ends in the middle; the message says where."""


def payloads(file: io.BufferedReader) -> Iterator[bytes]:
    """Each export request as it stands in the file: JSON when it starts with ``{``, else protobuf.

    ``UnreadableError`` when the file turns out to be neither, or to end in the middle.
    """
    try:
        yield from _payloads(file)
    except (OSError, EOFError, RecursionError, zlib.error, zstandard.ZstdError) as error:
        raise UnreadableError(f"damaged: {error}") from error


def _payloads(file: io.BufferedReader) -> Iterator[bytes]:
    stream = _decompressed(file)
    match stream.peek(1)[:1]:
        case b"":
            return
        case b"{":
            yield from _json_documents(stream)
        case b"\n":  # the tag of ExportTraceServiceRequest.resource_spans
            yield stream.read()
        case b"\x00":
            for frame in _frames(stream):
                yield from _payloads(io.BufferedReader(io.BytesIO(frame)))
        case _:
            raise UnreadableError("neither OTLP protobuf nor OTLP JSON")


def _decompressed(stream: io.BufferedReader) -> io.BufferedReader:
    start = stream.peek(LENGTH_BYTES)
    if start.startswith(GZIP_MAGIC):
        return io.BufferedReader(gzip.GzipFile(fileobj=stream))
    if start.startswith(ZSTD_MAGIC):
        reader = zstandard.ZstdDecompressor().stream_reader(stream, read_across_frames=True)
        return io.BufferedReader(reader)
    return stream


def _frames(stream: io.BufferedReader) -> Iterator[bytes]:
    """Messages behind their length, as the Collector writes protobuf and compressed files."""
    while length := stream.read(LENGTH_BYTES):
        size = int.from_bytes(length, "big")
        frame = stream.read(size)
        if len(frame) < size:
            raise EOFError(f"the last message has {len(frame)} of its {size} bytes")
        yield frame


def _json_documents(stream: io.BufferedReader) -> Iterator[bytes]:
    """One document a line, or one document in all when its first line is not complete."""
    first = stream.readline()
    try:
        json.loads(first)
    except ValueError:
        yield first + stream.read()
        return
    yield first
    yield from (line for line in stream if line.strip())
