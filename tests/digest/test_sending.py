"""Each digest is sent once: through weeks, restarts, double starts, refusals and kills."""

import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.digest.due import is_anything_due
from app.digest.sending import BACK_OFF, send_by_hand, send_due
from sql.outbox import Dispatch, Outbox
from sql.settings import Settings
from tests.digest.conftest import ADA, MONDAY
from tests.digest.mail_server import MailServer

DUE = MONDAY.replace(hour=7)
"""Eight o'clock in Berlin."""
MAIN = Path(__file__).parents[2]


def at(moment: datetime) -> Callable[[], datetime]:
    return lambda: moment


def known_since(settings: Settings, moment: datetime) -> None:
    """The schedules are known from then on."""
    assert not is_anything_due(settings, moment)


def newest(settings: Settings) -> Dispatch:
    """The outbox's newest digest."""
    with Outbox(Path(settings.lake)) as outbox:
        return outbox.digests.to_archive()[-1]


def test_a_difficult_week_brings_each_mail_once_through_restarts(
    settings: Settings, server: MailServer
) -> None:
    """Every look and every round is a new sender; from Wednesday to Thursday noon there is none."""
    settings = replace(settings, recipients=(replace(ADA, schedule="0 8 * * *"),))
    trouble = {
        1: lambda: server.refuses.update({ADA.address: ["451 4.7.1 grey-listed"]}),
        4: lambda: server.refuses.update({ADA.address: ["550 5.1.1 nobody of that name"]}),
        5: lambda: setattr(server, "drops", "last"),
        6: lambda: setattr(server, "drops", ""),
    }
    known_since(settings, MONDAY)
    for minutes in range(0, 7 * 24 * 60, 30):
        now = MONDAY + timedelta(minutes=minutes)
        day, minute = divmod(minutes, 24 * 60)
        if not minute:
            trouble.get(day, lambda: None)()
        is_down = day == 2 or (day == 3 and minute < 12 * 60)
        if not is_down and is_anything_due(settings, now):
            send_due(settings, at(now))
    with Outbox(Path(settings.lake)) as outbox:
        week = outbox.digests.rows()
    assert [(each.status, each.attempts, each.is_late) for each in week] == [
        ("sent", 1, False),
        ("sent", 2, False),
        ("skipped", 0, False),
        ("sent", 1, True),
        ("refused", 1, False),
        ("uncertain", 1, False),
        ("sent", 1, False),
    ]
    mails = server.mails()  # Saturday's among them: it was taken, and nobody heard so
    assert [mail["Subject"].endswith("(late)") for mail in mails] == [
        *(False, False, True, False, False)
    ]
    assert len({mail["Message-ID"] for mail in mails}) == len(mails)


def test_the_period_is_the_schedules_and_not_the_clocks(
    settings: Settings, server: MailServer
) -> None:
    known_since(settings, DUE - timedelta(hours=1))
    (sent,) = send_due(settings, at(DUE + timedelta(days=3)))
    assert sent.is_late
    assert (sent.from_at, sent.to_at) == (
        datetime(2026, 1, 11, 23, tzinfo=UTC),
        datetime(2026, 1, 18, 23, tzinfo=UTC),
    )
    assert "Late: it was due Monday, 19 January, 08:00 CET." in (sent.body or "")
    assert len(server.taken) == 1


def test_what_lies_before_a_schedule_was_known_was_never_due(settings: Settings) -> None:
    assert not send_due(settings, at(DUE + timedelta(hours=2)))
    changed = replace(settings, recipients=(replace(ADA, schedule="0 9 * * *"),))
    assert not send_due(changed, at(DUE + timedelta(hours=6)))


def test_two_that_start_right_after_the_minute_send_one_mail(
    settings: Settings, server: MailServer
) -> None:
    """As cron starts them; nobody has seen the schedule before."""
    moment = DUE + timedelta(seconds=2)
    with ThreadPoolExecutor(2) as pool:
        rounds = list(pool.map(send_due, [settings] * 2, [at(moment)] * 2))
    assert sorted(map(len, rounds)) == [0, 1]
    assert [mail["Subject"].endswith("(late)") for mail in server.mails()] == [False]


def test_attempts_wait_longer_and_longer_until_they_are_given_up(
    settings: Settings, server: MailServer
) -> None:
    server.drops = "MAIL"
    (first,) = send_due(settings, at(DUE))
    assert first.retry_at == DUE + BACK_OFF[0]
    assert not send_due(settings, at(DUE + BACK_OFF[0] / 2))
    with Outbox(Path(settings.lake)) as outbox:
        outbox.digests.note(first, attempts=len(BACK_OFF))
    (last,) = send_due(settings, at(DUE + BACK_OFF[0]))
    assert (last.status, last.retry_at) == ("given_up", None)
    assert not is_anything_due(settings, DUE + timedelta(hours=12))


def test_one_refused_recipient_does_not_keep_the_others(
    settings: Settings, server: MailServer
) -> None:
    server.refuses[ADA.address] = ["550 5.1.1 nobody of that name"] * 5
    both = replace(settings, recipients=(ADA, replace(ADA, address="bob@example.com")))
    refused, sent = send_due(both, at(DUE))
    assert (refused.status, refused.error) == ("refused", "550 5.1.1 nobody of that name")
    assert sent.status == "sent"
    assert not send_due(both, at(DUE + timedelta(hours=1)))
    assert server.asked[ADA.address] == 1


def test_a_sender_killed_before_the_last_byte_is_followed_by_one_that_sends(
    settings: Settings, server: MailServer, tmp_path: Path
) -> None:
    server.waits_s = 60
    _kill_when(lambda: newest(settings).attempts == 1, settings, server, tmp_path)
    assert newest(settings).status == "claimed"
    server.waits_s = 0
    (dispatch,) = send_due(settings, at(DUE + timedelta(minutes=1)))
    assert (dispatch.status, dispatch.attempts, len(server.taken)) == ("sent", 2, 1)


def test_a_sender_killed_after_the_last_byte_is_in_doubt_and_errs_to_silence(
    settings: Settings, server: MailServer, tmp_path: Path
) -> None:
    """The server may have taken it: a mail too few is found on the page, one too many never."""
    server.last_answer_waits_s = 60
    _kill_when(lambda: newest(settings).status == "handing_over", settings, server, tmp_path)
    assert is_anything_due(settings, DUE)
    assert not send_due(settings, at(DUE + timedelta(minutes=1)))
    assert newest(settings).status == "uncertain"
    assert not is_anything_due(settings, DUE + timedelta(minutes=1))


def test_by_hand_is_outside_the_schedule(settings: Settings, server: MailServer) -> None:
    known_since(settings, DUE - timedelta(hours=1))
    by_hand = send_by_hand(settings, ADA, at(DUE - timedelta(minutes=5)))
    (scheduled,) = send_due(settings, at(DUE))
    assert (by_hand.is_by_hand, scheduled.is_by_hand) == (True, False)
    assert len(server.taken) == 2
    assert len({mail["Message-ID"] for mail in server.mails()}) == 2


def test_a_lake_that_is_not_there_is_tried_again(settings: Settings, tmp_path: Path) -> None:
    (dispatch,) = send_due(replace(settings, lake=str(tmp_path / "none")), at(DUE))
    assert dispatch.status == "claimed"
    assert "no lake in" in (dispatch.error or "")


def _kill_when(
    condition: Callable[[], bool], settings: Settings, server: MailServer, tmp_path: Path
) -> None:
    """A sender of its own process, killed as soon as the condition holds."""
    known_since(settings, DUE - timedelta(hours=1))
    assert settings.config
    config = tmp_path / "latencytax.toml"
    config.write_text(
        settings.config.read_text(encoding="utf-8") + '[smtp]\nhost = "127.0.0.1"\n'
        f'sender = "latency@example.com"\nport = {server.port}\nsecurity = "none"\n'
        f'[[recipient]]\naddress = "{ADA.address}"\nschedule = "{ADA.schedule}"\n'
        f'time_zone = "{ADA.time_zone}"\n',
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "tests.digest.sender_process", str(config), settings.lake]
    process = subprocess.Popen([*command, DUE.isoformat()], cwd=MAIN)
    while not _claimed(settings) or not condition():
        assert process.poll() is None
        time.sleep(0.05)
    process.kill()
    process.wait()


def _claimed(settings: Settings) -> bool:
    with Outbox(Path(settings.lake)) as outbox:
        return bool(outbox.digests.to_archive())
