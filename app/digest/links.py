"""Links from a mail into the dashboard, with the period that the mail tells of."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from app.digest.schedule import Run
from sql.mail_settings import Recipient
from sql.settings import Settings


@dataclass(frozen=True, slots=True)
class Links:
    """Absolute URLs; None where nobody has said where the dashboard is."""

    base: str | None
    query: tuple[tuple[str, str], ...]
    titles: Mapping[str, str]
    """What the dashboard's filter calls a use case, by its name."""
    use_cases: tuple[str, ...]
    """Names of those that the mail is about; none is all."""

    @property
    def board(self) -> str | None:
        """The budgets of the period."""
        return self._to("", self.use_cases)

    @property
    def what_if(self) -> str | None:
        """The levers."""
        return self._to("what-if", self.use_cases)

    @property
    def pipeline(self) -> str | None:
        """The state of the data."""
        return self._to("pipeline", ())

    @property
    def digest(self) -> str | None:
        """Who gets a digest, and what became of each."""
        return self._to("digest", ())

    def use_case(self, name: str) -> str | None:
        """One use case."""
        return self._to("use-cases", (name,))

    def seconds(self, name: str) -> str | None:
        """What its requests wait for."""
        return self._to("seconds", (name,))

    def _to(self, page: str, use_cases: tuple[str, ...]) -> str | None:
        if self.base is None:
            return None
        chosen = [("use_case", self.titles.get(name, name)) for name in use_cases]
        return f"{self.base}/{page}?{urlencode([*self.query, *chosen])}"


def links_of(settings: Settings, recipient: Recipient, run: Run) -> Links:
    """Links for a recipient, to the run's period beside the one before it."""
    query = (
        ("range", "custom"),
        ("from", f"{run.from_at:%Y-%m-%dT%H:%M}"),
        ("to", f"{run.to_at:%Y-%m-%dT%H:%M}"),
        ("compare", "true"),
    )
    titles = {use_case.name: use_case.title for use_case in settings.use_cases}
    return Links(settings.dashboard_url, query, titles, recipient.use_cases)
