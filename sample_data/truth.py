"""The true latency tax of a history: what the company knows of itself, no span read.

`uv run python -m sample_data.truth --days 14` prints that of the demo, if it ended now.
"""

from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table

from sample_data.company import Company
from sample_data.company_file import load_company
from sample_data.spans import SimulatedTrace
from sample_data.traffic import history

DEMO_SEED = 1


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

    def add(self, trace: SimulatedTrace) -> None:
        """Count one more request."""
        for bought, usd in trace.paid_for_speed.items():
            self.paid_usd[bought] += usd
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
    return dict(found)


def table(company: Company, found: Mapping[str, TrueTax]) -> Table:
    """A row for each use case and part of its tax that is not nothing."""
    rows = Table("use case", "part", "of conversions", "lost conversions", "USD")
    for use_case in company.use_cases:
        tax = found.get(use_case.name, TrueTax())
        if use_case.conversion:
            value_usd = use_case.conversion.value_usd
            for part, lost in (
                ("lost_conversions", tax.lost_to_waiting),
                ("fallback_quality", tax.lost_to_fallbacks),
            ):
                figures = f"{tax.conversions:,}", f"{lost:,.1f}", f"{lost * value_usd:,.0f}"
                rows.add_row(use_case.name, part, *figures)
        bought = ", ".join(f"{name} {usd:,.2f}" for name, usd in sorted(tax.paid_usd.items()))
        if bought:
            total_usd = f"{sum(tax.paid_usd.values()):,.2f}"
            rows.add_row(use_case.name, f"speed_premium ({bought})", "–", "–", total_usd)
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
