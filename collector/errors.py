"""Why a request was not stored, and what its sender is told.

RefusedError              the door answers with `ANSWERS[type(error)]`
├── MalformedError        the bytes are not what they claim to be; sending them again is useless
├── TooLargeError         beyond the configured size, also after decompression
├── WrongTypeError        a content type or encoding that this door does not read (HTTP only)
├── UnknownSenderError    no token, or none that is known and has not expired
├── WrongScopeError       a token that is good for something else
├── TooFastError          a token's share is used up; the same request is welcome later
├── JournalFullError      the loader is behind; the same request is welcome later
└── JournalBrokenError    the disk or the journal file failed; the same request is welcome later
"""

from dataclasses import dataclass

from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.duration_pb2 import Duration
from google.rpc.code_pb2 import (
    INVALID_ARGUMENT,
    PERMISSION_DENIED,
    RESOURCE_EXHAUSTED,
    UNAUTHENTICATED,
    UNAVAILABLE,
)
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status


class RefusedError(Exception):
    """A request was not stored; the message says what is wrong and what helps."""

    def __init__(self, message: str, *, reason: str) -> None:
        """`reason` is the short name under which the refusal is counted."""
        super().__init__(message)
        self.reason = reason
        self.retry_after_s = ANSWERS[type(self)].retry_after_s


class MalformedError(RefusedError):
    """The bytes are not what they claim to be."""


class TooLargeError(RefusedError):
    """The request is larger than the limit."""


class WrongTypeError(RefusedError):
    """The content type or encoding is not one that this door reads."""


class UnknownSenderError(RefusedError):
    """No token came along, or none that opens this door."""


class WrongScopeError(RefusedError):
    """The token is good for something else."""


class TooFastError(RefusedError):
    """The token has used up what it may send."""

    def __init__(self, message: str, *, reason: str, retry_after_s: int) -> None:
        """`retry_after_s` is when the token may send again."""
        super().__init__(message, reason=reason)
        self.retry_after_s = retry_after_s


class JournalFullError(RefusedError):
    """The journal has reached its size limit."""


class JournalBrokenError(RefusedError):
    """The journal could not be opened or written."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sender is told; `retry_after_s` None means that a retry is useless."""

    grpc_code: int
    http_status: int
    retry_after_s: int | None


# Too large must not carry a retry hint: with one, OTLP clients would send the same bytes for ever.
ANSWERS: dict[type[RefusedError], Answer] = {
    MalformedError: Answer(INVALID_ARGUMENT, 400, None),
    TooLargeError: Answer(RESOURCE_EXHAUSTED, 413, None),
    WrongTypeError: Answer(INVALID_ARGUMENT, 415, None),
    UnknownSenderError: Answer(UNAUTHENTICATED, 401, None),
    WrongScopeError: Answer(PERMISSION_DENIED, 403, None),
    TooFastError: Answer(RESOURCE_EXHAUSTED, 429, 1),
    JournalFullError: Answer(UNAVAILABLE, 503, 2),
    JournalBrokenError: Answer(UNAVAILABLE, 503, 2),
}


def status_of(error: RefusedError) -> Status:
    """The error as both doors send it, with RetryInfo when a retry may succeed."""
    answer = ANSWERS[type(error)]
    status = Status(code=answer.grpc_code, message=str(error))
    if error.retry_after_s is not None:
        hint = AnyMessage()
        hint.Pack(RetryInfo(retry_delay=Duration(seconds=error.retry_after_s)))
        status.details.append(hint)
    return status
