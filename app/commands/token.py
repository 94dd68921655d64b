"""``token``: who may come through the doors."""

from datetime import UTC, date, datetime, timedelta

from typer import BadParameter, echo

from collector import tokens
from collector.gate import tokens_file
from collector.tokens import Scope, Token
from sql.settings import Settings

DONE = 0


def create(settings: Settings, name: str, scope: Scope, expires: str | None) -> int:
    """Print a new token, this once."""
    expires_at = _time(expires) if expires else None
    path = tokens_file(settings)
    secret = tokens.create(path, name, scope, expires_at)
    echo(secret)
    echo(f"Shown this once; {path} keeps a hash of it.", err=True)
    if scope == "ingest":
        echo("Send with it from an OpenTelemetry SDK:", err=True)
        echo("  export OTEL_EXPORTER_OTLP_HEADERS='authorization=Bearer%20TOKEN'", err=True)
    return DONE


def show(settings: Settings) -> int:
    """Print a line for each token."""
    now = datetime.now(UTC)
    for token in tokens.read(tokens_file(settings)):
        echo(
            f"{token.name}\t{token.scope}\tcreated {token.created_at:%Y-%m-%d}\t{_end(token, now)}"
        )
    return DONE


def revoke(settings: Settings, name: str) -> int:
    """Take a token away; running collectors refuse it from the next request on."""
    tokens.revoke(tokens_file(settings), name)
    echo(f"{name} opens no door any more")
    return DONE


def _end(token: Token, now: datetime) -> str:
    if token.expires_at is None:
        return "does not expire"
    return f"{'expired' if token.is_over(now) else 'expires'} {token.expires_at:%Y-%m-%d %H:%M} UTC"


def _time(word: str) -> datetime:
    """``90d`` from now, or the end of a day; raises BadParameter."""
    try:
        if word.endswith("d"):
            expires_at = datetime.now(UTC) + timedelta(days=int(word[:-1]))
        else:
            day = date.fromisoformat(word)
            expires_at = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
    except (ValueError, OverflowError) as error:
        raise BadParameter(f"{word!r}: give days (90d) or a day (2027-01-31)") from error
    if expires_at <= datetime.now(UTC):
        raise BadParameter(f"{word!r}: is over already")
    return expires_at
