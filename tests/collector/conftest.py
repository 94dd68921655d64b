"""A journal in a temporary folder, admission around it, both doors on free ports, payloads."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest
from duckdb import DuckDBPyConnection

from collector import gate, tokens
from collector.accept import Admission
from collector.exposition import Exposition
from collector.gate import Gate
from collector.journal import Journal
from collector.journal_file import JournalFile
from collector.otlp_grpc import GrpcDoor
from collector.otlp_http import HttpDoor
from sql.lake import SEARCH_PATH, open_writer
from sql.settings import load_settings
from tests.collector.doors import Doors, Opened, Pki

PAYLOADS = Path(__file__).parent / "payloads"
CORPUS = Path(__file__).parents[3] / "shared" / "data" / "corpus"

Counts = Callable[[], Counter[tuple[str, str, str]]]


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(tmp_path / "journal.sqlite", limit_bytes=2**26) as journal:
        yield journal


@pytest.fixture
def refused(journal: Journal, tmp_path: Path) -> Counts:
    """Closes the journal and tells its refusals: (door, signal, reason) -> count."""

    def count() -> Counter[tuple[str, str, str]]:
        journal.close()
        file = JournalFile(tmp_path / "journal.sqlite")
        counts: Counter[tuple[str, str, str]] = Counter()
        for refusal in file.read_refusals(0):
            counts[refusal.door, refusal.signal, refusal.reason] += refusal.count
        file.close()
        return counts

    return count


@pytest.fixture
def admission(journal: Journal) -> Admission:
    return Admission(journal, message_bytes=2**20)


@pytest.fixture
def grpc_address(admission: Admission) -> Iterator[str]:
    door = GrpcDoor("127.0.0.1:0", admission)
    yield f"127.0.0.1:{door.port}"
    door.stop()


@pytest.fixture(scope="session")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBPyConnection]:
    """A lake without spans."""
    folder = tmp_path_factory.mktemp("lake")
    with open_writer(load_settings(None, lake=str(folder), environ={})) as lake:
        yield lake


@pytest.fixture
def exposition(lake: DuckDBPyConnection, journal: Journal) -> Exposition:
    return Exposition(lake.cursor().execute(SEARCH_PATH), journal, 2**26)


@pytest.fixture
def http_address(admission: Admission, exposition: Exposition) -> Iterator[str]:
    door = HttpDoor("127.0.0.1:0", admission, exposition)
    yield f"127.0.0.1:{door.port}"
    door.stop()


@pytest.fixture
def token_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where tokens are kept; the next request sees a change, so that no test waits."""
    monkeypatch.setattr(gate, "LOOK_EVERY_S", 0)
    return tmp_path / "tokens.toml"


@pytest.fixture
def sender(token_file: Path) -> str:
    """A token that may send."""
    return tokens.create(token_file, "sender", "ingest", None)


@pytest.fixture
def opened(admission: Admission, exposition: Exposition) -> Opened:
    """Both doors behind a gate."""

    @contextmanager
    def both(gate: Gate) -> Iterator[Doors]:
        rpc = GrpcDoor("127.0.0.1:0", admission, gate)
        web = HttpDoor("127.0.0.1:0", admission, exposition, gate)
        try:
            yield f"localhost:{rpc.port}", f"localhost:{web.port}"
        finally:
            web.stop()
            rpc.stop()

    return both


@pytest.fixture
def pki(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pki:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)  # requests prefers it to what we name
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)
    return Pki(tmp_path)


@pytest.fixture(scope="session")
def protobuf_payloads() -> list[bytes]:
    """Requests as real libraries sent them."""
    return [path.read_bytes() for path in sorted(PAYLOADS.glob("*.pb"))]


@pytest.fixture(scope="session")
def json_payload() -> bytes:
    """A request as the OpenTelemetry web SDK sent it."""
    return (PAYLOADS / "web_sdk.json").read_bytes()


@pytest.fixture(scope="session")
def corpus() -> list[Path]:
    """All captured trace requests."""
    if not CORPUS.is_dir():
        pytest.skip("the captured corpus is not beside this checkout")
    return sorted([*CORPUS.glob("*/raw/*.traces.pb"), *CORPUS.glob("*/raw/*.traces.json")])


@pytest.fixture(scope="session")
def mutated(protobuf_payloads: list[bytes], json_payload: bytes) -> Callable[[int], bytes]:
    """A real payload, in either format, damaged in a way that the seed decides."""

    def mutate(seed: int) -> bytes:
        random = Random(seed)
        body = bytearray(random.choice([*protobuf_payloads, json_payload]))
        for _ in range(random.randint(1, 8)):
            start = random.randrange(len(body) + 1)
            end = start + random.randint(0, 16)
            repeated = body[start:end] * 2
            body[start:end] = random.choice([b"", random.randbytes(end - start), repeated])
        return bytes(body)

    return mutate
