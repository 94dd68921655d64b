"""What all requests of a run share: the company, its dialects, its machines, its incidents."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sample_data.company import Company, Model, UseCase
from sample_data.dialects import Dialect
from sample_data.draws import Draws
from sample_data.plan import DAY_NS, HOUR_NS, load_at
from sample_data.prices import PriceList, load_prices
from sample_data.spans import Attributes, Resource


class Outage(NamedTuple):
    """An incident on the clock of this run."""

    provider: str
    from_ns: int
    to_ns: int
    slowdown: float
    error_rate: float


@dataclass(frozen=True, slots=True)
class World:
    """The surroundings of every request of a run."""

    company: Company
    dialects: dict[str, Dialect]
    draws: Draws
    outages: Sequence[Outage] = ()
    prices: PriceList = field(default_factory=load_prices)
    decided: set[tuple[str, str]] = field(default_factory=set)
    _resources: dict[tuple[str, str, str], Resource] = field(default_factory=dict)

    def load(self, model: Model, at_ns: int) -> float:
        """How busy the model's provider is, from 0 in the quietest hour of its day to 1."""
        return load_at(self.company.shapes[self.company.providers[model.provider].busy], at_ns)

    def slowdown(self, model: Model, at_ns: int, service_tier: str = "") -> float:
        """How many times longer than in the quietest hour the model takes."""
        felt = self.company.service_tiers[service_tier].peak if service_tier else 1.0
        factor = 1 + felt * (model.peak_slowdown - 1) * self.load(model, at_ns)
        outage = self.outage(model, at_ns)
        return factor * outage.slowdown if outage else factor

    def outage(self, model: Model, at_ns: int) -> Outage | None:
        """The outage of the model's provider at that time."""
        for outage in self.outages:
            if outage.provider == model.provider and outage.from_ns <= at_ns < outage.to_ns:
                return outage
        return None

    def agent_resource(self, use_case: UseCase, environment: str, region: str) -> Resource:
        """The process that runs the use case's agent there."""
        declared: Attributes = ()
        if use_case.declares_on == "resource":
            declared = marketing_attributes(use_case)
        return self.resource(use_case.service, environment, region, declared)

    def resource(
        self, service: str, environment: str, region: str, declared: Attributes = ()
    ) -> Resource:
        """The one process of the service there."""
        place = (service, environment, region)
        if place not in self._resources:
            self._resources[place] = Resource(
                (
                    ("service.name", service),
                    ("service.version", "2.4.1"),
                    ("service.instance.id", f"{service}-{region}-{environment}-0"),
                    ("deployment.environment.name", environment),
                    ("cloud.region", region),
                    ("host.name", f"{service}.{region}.example"),
                    ("telemetry.sdk.name", "opentelemetry"),
                    *declared,
                )
            )
        return self._resources[place]


def marketing_attributes(use_case: UseCase) -> Attributes:
    """The declared use case and channel."""
    return (("marketing.use_case", use_case.name), ("marketing.channel", use_case.channel))


def outages_before(company: Company, until_ns: int) -> list[Outage]:
    """The company's incidents, counted back from the day on which the history ends."""
    last_day_ns = until_ns // DAY_NS * DAY_NS
    outages = []
    for incident in company.incidents:
        from_ns = last_day_ns - incident.days_before_end * DAY_NS + incident.start_hour * HOUR_NS
        to_ns = from_ns + int(incident.hours * HOUR_NS)
        outages.append(
            Outage(incident.provider, from_ns, to_ns, incident.slowdown, incident.error_rate)
        )
    return outages
