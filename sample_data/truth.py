"""The true latency tax of a history: what the company knows of itself, no span read.

`uv run python -m sample_data.truth --days 14` prints that of the demo, if it ended now.
"""

from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Column, Table

from sample_data.company import Company
from sample_data.company_file import load_company
from sample_data.prices import reserved_rows
from sample_data.spans import SimulatedTrace
from sample_data.traffic import history

DEMO_SEED = 1
HOURS_A_MONTH = 730


@dataclass(slots=True)
class TrueTax:
    """What slowness truly cost a use case.

    Lost conversions are expected ones: each session's chance had it not waited, less its chance as
    served, and the same for fallbacks; what both lose together is split in halves (sessions.py).
    No luck of who converted is in them. paid_usd: for speed, by what was bought.
    """

    sessions: int = 0
    conversions: int = 0
    lost_to_waiting: float = 0.0
    lost_to_fallbacks: float = 0.0
    paid_usd: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    reserved_on: set[tuple[date, str]] = field(default_factory=set)
    """Days on which reserved capacity answered, and the model that it is of."""

    @property
    def lost_by_part(self) -> Mapping[str, float]:
        """Lost conversions, by the parts of the model latency_tax_period."""
        return {
            "lost_conversions": self.lost_to_waiting,
            "fallback_quality": self.lost_to_fallbacks,
        }

    def add(self, trace: SimulatedTrace) -> None:
        """Count one more request."""
        for bought, usd in trace.paid_for_speed.items():
            self.paid_usd[bought] += usd
        if trace.reserved_model:
            started_at = datetime.fromtimestamp(trace.spans[0].start_ns / 1e9, UTC)
            self.reserved_on.add((started_at.date(), trace.reserved_model))
        if trace.settled is not None:
            self.sessions += 1
            self.conversions += trace.settled.converted
            self.lost_to_waiting += trace.settled.lost_to_waiting
            self.lost_to_fallbacks += trace.settled.lost_to_fallbacks


def true_tax(traces: Iterable[SimulatedTrace]) -> dict[str, TrueTax]:
    """By use case."""
    found: defaultdict[str, TrueTax] = defaultdict(TrueTax)
    for trace in traces:
        found[trace.use_case].add(trace)
    a_day = {
        row["model"]: row["usd_per_month"] * row["speed_share"] * 24 / HOURS_A_MONTH
        for row in reserved_rows()
    }
    for tax in found.values():
        if tax.reserved_on:
            tax.paid_usd["reserved"] = sum(a_day.get(model, 0.0) for _, model in tax.reserved_on)
    return dict(found)


def table(company: Company, found: Mapping[str, TrueTax]) -> Table:
    """A row for each use case and part of its tax; what was paid for speed by what was bought."""
    rows = Table("use case", Column("part", no_wrap=True), "conversions", "lost", "USD", box=SIMPLE)
    for use_case in company.use_cases:
        tax, converts = found.get(use_case.name, TrueTax()), use_case.conversion
        if converts:
            for part, lost in tax.lost_by_part.items():
                worth = f"{lost * converts.value_usd:,.2f}"
                rows.add_row(use_case.name, part, f"{tax.conversions:,}", f"{lost:,.1f}", worth)
        for bought, usd in sorted(tax.paid_usd.items()):
            rows.add_row(use_case.name, f"speed_premium: {bought}", "", "", f"{usd:,.2f}")
    return rows


def main() -> None:
    """Play a history that ends at the current minute, and print its true tax."""
    parser = ArgumentParser(prog="sample_data.truth", description="The true tax of a history.")
    parser.add_argument("--days", type=int, default=14)
    parser.add_argument("--seed", type=int, default=DEMO_SEED)
    parser.add_argument("--until", type=datetime.fromisoformat, help="end, with time zone")
    options = parser.parse_args()
    until = options.until or datetime.now(UTC).replace(second=0, microsecond=0)
    company = load_company()
    past = history(days=options.days, until=until, seed=options.seed, company=company)
    Console().print(table(company, true_tax(past.traces)))


if __name__ == "__main__":
    main()
