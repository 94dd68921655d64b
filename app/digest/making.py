"""One digest for one recipient, from the lake to what a mail or a page shows."""

from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from app.digest import rendering
from app.digest.charts import Picture, pictures
from app.digest.content import Digest, digest_of
from app.digest.figures import figures
from app.digest.links import links_of
from app.digest.message import unsubscribe
from app.digest.schedule import Run
from sql.mail_settings import Recipient
from sql.settings import Settings


@dataclass(frozen=True, slots=True)
class Made:
    """A digest with its pictures, ready to be rendered."""

    digest: Digest
    recipient: Recipient
    pictures: list[Picture]
    unsubscribe: str

    def html(self, source: rendering.Source) -> str:
        """As HTML; `source` says where a picture is."""
        return rendering.html(self.digest, self.recipient, self.pictures, self.unsubscribe, source)

    def text(self) -> str:
        """As plain text."""
        return rendering.text(self.digest, self.recipient, self.unsubscribe)


def make(
    cursor: DuckDBPyConnection,
    settings: Settings,
    recipient: Recipient,
    run: Run,
    *,
    is_late: bool = False,
) -> Made:
    """The digest of a run's period."""
    found = figures(cursor, recipient, run)
    links = links_of(settings, recipient, run)
    digest = digest_of(found, recipient, run, links, is_late=is_late)
    stop = unsubscribe(settings.smtp, recipient.address) if settings.smtp else ""
    return Made(digest, recipient, pictures(digest, found.steps), stop)
