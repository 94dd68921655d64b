from datetime import UTC, datetime

import pytest

from sample_data.spans import SimulatedTrace
from sample_data.traffic import history

UNTIL = datetime(2026, 11, 20, 15, 7, tzinfo=UTC)


@pytest.fixture(scope="session")
def two_days() -> list[SimulatedTrace]:
    return list(history(days=2, until=UNTIL, seed=5).traces)
