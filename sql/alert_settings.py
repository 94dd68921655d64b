"""What ``latencytax.toml`` says about alerts: who is told, and how often."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, PositiveFloat

from sql.mail_settings import Mailbox, WebAddress

SLACK_VARIABLE = "LATENCYTAX_SLACK_URL"
SECRET_VARIABLE = "LATENCYTAX_WEBHOOK_SECRET"  # noqa: S105 - its name


def _without_secrets(table: object) -> object:
    """The table; a Slack address is a secret, and refused before a message repeats it."""
    for key in table if isinstance(table, Mapping) else ():
        if "slack" in str(key).lower():
            raise ValueError(f"has {key!r}: remove it and set {SLACK_VARIABLE}")
        if "secret" in str(key).lower():
            raise ValueError(f"has {key!r}: remove it and set {SECRET_VARIABLE}")
    return table


@dataclass(frozen=True, slots=True)
class Alerts:
    """Whom to tell, besides Slack, whose address is in the environment."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    emails: tuple[Mailbox, ...] = ()
    webhook: WebAddress | None = None
    severities: tuple[Literal["page", "ticket"], ...] = ("page", "ticket")
    again_after_hours: PositiveFloat = 6.0
    """How long what lasts is not told again."""
    calm_after_minutes: PositiveFloat = 15.0
    """How long it must be over before that is told."""


ALERT_TABLES: Mapping[str, Any] = {"alerts": Alerts}
AlertsTable = Annotated[Alerts, BeforeValidator(_without_secrets)]
