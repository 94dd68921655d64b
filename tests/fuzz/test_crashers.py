"""What once broke a reader of foreign bytes does so no more, nor do the seeds of fuzzing."""

import pytest

from tests.fuzz.seeds import crashers, seeds
from tests.fuzz.targets import TARGETS

CRASHES = [(target, body) for target in TARGETS for body in crashers(target)]


@pytest.mark.parametrize(("target", "body"), CRASHES)
def test_a_crasher_is_read_or_refused(target: str, body: bytes) -> None:
    TARGETS[target](body)


@pytest.mark.parametrize("target", TARGETS)
def test_the_seeds_are_read_or_refused(target: str) -> None:
    for body in seeds(target):
        TARGETS[target](body)
