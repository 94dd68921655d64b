"""How large a request may be, before and after decompression."""

import zlib

from collector.errors import MalformedError, TooLargeError

GZIP_WBITS = 31


def check_size(size_bytes: int, limit_bytes: int) -> None:
    """Raises TooLargeError beyond the limit."""
    if size_bytes > limit_bytes:
        raise TooLargeError(
            f"The request is larger than {limit_bytes} bytes: send smaller batches, or raise"
            " limits.message_bytes of the collector.",
            reason="too_large",
        )


def inflate(body: bytes, limit_bytes: int) -> bytes:
    """What the gzip body expands to; never inflates more than one byte beyond the limit.

    Raises MalformedError or TooLargeError.
    """
    stream = zlib.decompressobj(GZIP_WBITS)
    try:
        inflated = stream.decompress(body, limit_bytes + 1)
    except zlib.error as error:
        raise MalformedError(
            "The body is announced as gzip and is not.", reason="broken_gzip"
        ) from error
    check_size(len(inflated), limit_bytes)
    if not stream.eof:
        raise MalformedError("The gzip body ends too early.", reason="truncated_gzip")
    if stream.unused_data:
        raise MalformedError("The gzip body goes on after its end.", reason="broken_gzip")
    return inflated
