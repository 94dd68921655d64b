"""`latencytax up` sends what is due without being asked, and the lake has it."""

from datetime import UTC, datetime
from pathlib import Path

from tests.digest.mail_server import HOST, mail_server
from tests.e2e.processes import CollectorProcess, wait_until

CONFIG = """
[smtp]
host = "{host}"
port = {port}
security = "none"
sender = "latency@example.com"

[[recipient]]
address = "ada@example.com"
schedule = "{minute} * * * *"
"""


def test_up_sends_what_is_due_and_the_lake_has_it(tmp_path: Path) -> None:
    """The minute that runs is due at once."""
    with mail_server() as server:
        minute = datetime.now(UTC).minute
        config = CONFIG.format(host=HOST, port=server.port, minute=minute)
        collector = CollectorProcess(tmp_path / "lake", config=config)
        try:
            collector.start("up")
            collector.wait_until_ready()
            sent = "select status from digests where subject is not null"
            wait_until(lambda: collector.rows(sent) == [("sent",)], 120)
            assert [mail["To"] for mail in server.mails()] == ["ada@example.com"]
            assert collector.stop() == 0
        finally:
            collector.close()
