"""Digests that were due, in sentences and tables; whatever comes from the lake is escaped."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from html import escape

import polars as pl
from cronsim import CronSim

from app.dashboard import wording
from app.dashboard.cells import chip, heading, table
from app.dashboard.safe_text import shown
from app.digest import words
from app.digest.schedule import next_runs
from sql.mail_settings import Recipient, masked

STATUSES = {
    "sent": ("within", "●", "Sent"),
    "claimed": ("quiet", "■", "Waiting"),
    "handing_over": ("quiet", "■", "Being sent"),
    "refused": ("missed", "◆", "Refused"),
    "given_up": ("missed", "◆", "Given up"),
    "uncertain": ("at_risk", "▲", "Uncertain"),
    "skipped": ("quiet", "○", "Skipped"),
}
KINDS = {"error": pl.String, "subject": pl.String, "body": pl.String}
FAILED = {
    "refused": "was refused by the mail server",
    "given_up": "was given up",
    "uncertain": "may or may not have arrived",
}


@dataclass(frozen=True, slots=True)
class Dispatched:
    """A row of the lake's digests."""

    recipient: str
    """Masked; the number tells apart who look the same."""
    recipient_number: int
    scheduled_at: datetime
    status: str
    is_late: bool
    is_by_hand: bool
    attempts: int
    retry_at: datetime | None
    subject: str | None
    body: str | None
    error: str | None
    sent_at: datetime | None


def dispatched(rows: pl.DataFrame) -> list[Dispatched]:
    """The rows, in their order."""
    columns = [field.name for field in fields(Dispatched)]
    return [Dispatched(**row) for row in rows.select(columns).iter_rows(named=True)]


def headline(recipients: Sequence[Recipient], history: Sequence[Dispatched], now: datetime) -> str:
    """The sentence that answers: who is next, or whose last one did not arrive."""
    newest = {each.recipient_number: each for each in reversed(history)}
    failed = [each for each in newest.values() if each.status in FAILED]
    if failed:
        return f"The last digest for {failed[0].recipient} {FAILED[failed[0].status]}."
    if not recipients:
        return "Nobody gets a digest yet."
    at, _, recipient = min(
        (next_runs(each, now, 1)[0], place, each) for place, each in enumerate(recipients)
    )
    return f"The next digest goes to {masked(recipient.address)} on {words.due(recipient, at)}."


def recipients_table(recipients: Iterable[Recipient], titles: dict[str, str], now: datetime) -> str:
    """A row for each: about what, in which money, when."""
    rows = (
        (
            heading(masked(each.address), _about(each, titles)),
            escape(_money(each)),
            escape(CronSim(each.schedule, now).explain()) + f"<small>{each.time_zone}</small>",
            escape(words.due(each, next_runs(each, now, 1)[0])),
        )
        for each in recipients
    )
    return table("Recipients", ("Recipient", "Money in", "Schedule", "Next"), rows)


def recipients_figures(recipients: Iterable[Recipient], now: datetime) -> pl.DataFrame:
    """The same as rows to take along."""
    return pl.DataFrame(
        {
            "recipient": masked(each.address),
            "use_cases": ", ".join(each.use_cases),
            "currency": each.currency.symbol,
            "per_usd": each.currency.per_usd,
            "schedule": each.schedule,
            "time_zone": each.time_zone,
            "next_at": next_runs(each, now, 1)[0].astimezone(UTC),
        }
        for each in recipients
    )


def named(recipients: Iterable[Recipient]) -> dict[str, Recipient]:
    """Each with a name that a viewer may see, and told its mail's text under that name."""
    by_name: dict[str, Recipient] = {}
    for each in recipients:
        name = masked(each.address)
        alike = sum(other.address == name for other in by_name.values())
        by_name[f"{name} ({alike + 1})" if alike else name] = replace(each, address=name)
    return by_name


def history_table(history: Iterable[Dispatched], now: datetime) -> str:
    """A row for each digest, newest first."""
    rows = (
        (
            heading(shown(each.subject or "No subject yet"), shown(_to(each))),
            wording.moment(each.scheduled_at, now),
            chip(*STATUSES.get(each.status, ("quiet", "■", escape(each.status))))
            + _told(each, now),
        )
        for each in history
    )
    return table("Digests so far", ("Digest", "Due (UTC)", "What became of it"), rows)


def figures(history: Sequence[Dispatched]) -> pl.DataFrame:
    """The same as rows to take along; the texts are read one by one."""
    return pl.DataFrame(history, schema_overrides=KINDS).drop("body")


def label(each: Dispatched) -> str:
    """What one is called in a list."""
    return f"{each.scheduled_at:%Y-%m-%d %H:%M} UTC · {shown(each.recipient)}"


def _about(recipient: Recipient, titles: dict[str, str]) -> str:
    return ", ".join(titles.get(name, name) for name in recipient.use_cases) or "All use cases"


def _money(recipient: Recipient) -> str:
    currency = recipient.currency
    if currency.per_usd == 1:
        return currency.symbol
    return f"{currency.symbol}, {currency.per_usd:g} for a dollar"


def _to(each: Dispatched) -> str:
    return f"{each.recipient}, sent by hand" if each.is_by_hand else each.recipient


def _told(each: Dispatched, now: datetime) -> str:
    told = []
    if each.sent_at:
        told.append(f"{wording.moment(each.sent_at, now)}{', late' if each.is_late else ''}")
    if each.error:
        told.append(escape(shown(each.error)))
    if each.retry_at:
        told.append(f"next attempt {wording.moment(each.retry_at, now)}")
    if each.attempts > 1:
        told.append(f"{each.attempts} attempts")
    return f"<small>{'; '.join(told)}</small>" if told else ""
