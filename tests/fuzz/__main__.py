"""`python -m tests.fuzz TARGET --seconds S`: coverage-guided fuzzing of what reads foreign bytes.

It starts from the seeds in `seeds.py` and from the crashers that are kept, and stops at the first
input that breaks the target's promise: keep that input in `crashers/TARGET/`, where the suite
tries it ever after. `--findings DIR` keeps what widened coverage, to go on from another day.
Needs the dependency group `fuzz`: `uv run --group fuzz python -m tests.fuzz traces`.
"""

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import atheris

with atheris.instrument_imports(include=["app", "collector", "sql"]):
    from tests.fuzz.targets import TARGETS

from tests.fuzz.seeds import CRASHERS, seeds


def main() -> None:
    """Fuzz one target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--findings", type=Path)
    told = parser.parse_args()
    with TemporaryDirectory() as folder:
        findings = told.findings or Path(folder)
        findings.mkdir(parents=True, exist_ok=True)
        for number, seed in enumerate(seeds(told.target)):
            (findings / f"seed-{number}").write_bytes(seed)
        kept = CRASHERS / told.target
        kept.mkdir(parents=True, exist_ok=True)
        atheris.Setup(
            [
                sys.argv[0],
                str(findings),
                f"-max_total_time={told.seconds}",
                f"-artifact_prefix={kept}/",
                "-max_len=65536",
                "-timeout=20",
                "-rss_limit_mb=4096",
                "-print_final_stats=1",
            ],
            TARGETS[told.target],
        )
        atheris.Fuzz()


if __name__ == "__main__":
    main()
