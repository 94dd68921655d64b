"""`python -m tests.benchmarks [PART …]`: speed and size, beside what they must reach.

`python -m tests.benchmarks what_if`: predicted savings, beside what they turn out to be.
`python -m tests.benchmarks tax`: the latency tax found, beside the known truth (`tax --help`).
`python -m tests.benchmarks tax_coverage`: how often its intervals hold the truth, world by world.
`python -m tests.benchmarks tax_page`: how quickly its page's questions are answered.
`python -m tests.benchmarks soak`: hours of production in minutes, and what grows meanwhile.
`python -m tests.benchmarks scaling`: one, two and three collectors on one lake.
`python -m tests.benchmarks outage`: ten minutes without lake and catalogue, under load.
`python -m tests.benchmarks doors`: what tokens, TLS and rates cost, in CPU.
"""

import platform
import sys
from argparse import ArgumentParser
from datetime import UTC, datetime

import psutil
from rich.console import Console
from rich.table import Table

from tests.benchmarks import doors, outage, scaling, soak, tax, tax_coverage, tax_page, what_if
from tests.benchmarks.figures import PARTS, Figure, Scale

WHAT_IF = "what_if"


def row(figure: Figure) -> tuple[str, str, str, str, str]:
    sign = "≥" if figure.at_least else "≤"
    target = "" if figure.limit is None else f"{sign} {figure.limit:,g}"
    digits = 0 if abs(figure.measured) >= 1000 else 1
    return figure.name, target, f"{figure.measured:,.{digits}f}", figure.unit, figure.verdict


def main() -> None:
    mains = {
        "tax": tax.main,
        "tax_coverage": tax_coverage.main,
        "tax_page": tax_page.main,
        "soak": soak.main,
        "scaling": scaling.main,
        "outage": outage.main,
        "doors": doors.main,
    }
    if sys.argv[1:2] and sys.argv[1] in mains:
        mains[sys.argv[1]](sys.argv[2:])
        return
    usual = Scale()
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS, WHAT_IF], help="default: speed")
    parser.add_argument("--seconds", type=float, default=usual.seconds, help="of each long load")
    parser.add_argument("--spans", type=int, default=usual.spans, help="in the lake at the end")
    parser.add_argument("--requests", type=int, default=2500, help=f"of the company, {WHAT_IF}")
    options = parser.parse_args()
    if options.parts == [WHAT_IF]:
        Console(width=400).print(*what_if.tables(options.requests))
        return
    memory_gib = psutil.virtual_memory().total / 2**30
    table = Table(
        "figure",
        "target",
        "measured",
        "unit",
        "verdict",
        title=f"{datetime.now(UTC):%Y-%m-%d}, {psutil.cpu_count()} cores, {memory_gib:.0f} GiB,"
        f" Python {platform.python_version()}",
    )
    console = Console(width=120)
    scale = Scale(options.seconds, options.spans)
    for part in options.parts or PARTS:
        for figure in PARTS[part](scale):
            table.add_row(*row(figure))
            Console(stderr=True).print(*row(figure))
    console.print(table)


if __name__ == "__main__":
    main()
