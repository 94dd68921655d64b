"""``digest preview`` and ``digest send``."""

from contextlib import closing
from datetime import datetime
from pathlib import Path

from typer import echo

from app.digest.due import utc_now
from app.digest.making import Made, make
from app.digest.schedule import runs
from app.digest.sending import send_by_hand, send_due
from sql.lake import open_reader
from sql.mail_settings import Recipient
from sql.outbox import Dispatch
from sql.settings import Settings

DONE, FAILED = 0, 1
ANYBODY = "everybody@example.com"
"""Whose digest is previewed where the settings have no recipient."""
GOOD = {"sent", "claimed", "skipped"}


def preview(settings: Settings, to: str | None, at: datetime | None, folder: Path) -> int:
    """Write the digest that was due last as HTML, text and PNG; nothing is sent."""
    recipient = _recipient(settings, to)
    run = next(runs(recipient, at or utc_now()))
    with closing(open_reader(settings)) as lake:
        made = make(lake, settings, recipient, run)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in _files(made).items():
        (folder / name).write_bytes(content)
        echo(folder / name)
    echo(f"Subject: {made.digest.subject}")
    return DONE


def send(settings: Settings, to: str | None) -> int:
    """Send what is due; with ``to``, the newest digest of one address, whatever the schedule."""
    sent = [send_by_hand(settings, _recipient(settings, to))] if to else send_due(settings)
    for dispatch in sent:
        echo(_outcome(dispatch), err=dispatch.status not in GOOD)
    if not sent:
        echo("Nothing is due")
    return DONE if all(dispatch.status in GOOD for dispatch in sent) else FAILED


def _recipient(settings: Settings, address: str | None) -> Recipient:
    """Whoever has the address, or the first; somebody who is in no settings gets everything."""
    of_address = (each for each in settings.recipients if address in {each.address, None})
    return next(of_address, Recipient(address or ANYBODY))


def _files(made: Made) -> dict[str, bytes]:
    pictures = {
        f"{picture.name}-{mode}.png": png
        for picture in made.pictures
        for mode, png in (("light", picture.light), ("dark", picture.dark))
    }
    html = made.html(lambda name, mode: f"{name}-{mode}.png")
    return {"digest.html": html.encode(), "digest.txt": made.text().encode(), **pictures}


def _outcome(dispatch: Dispatch) -> str:
    told = dispatch.error or dispatch.subject or ""
    if dispatch.status == "claimed":
        told = f"{told}; next attempt {dispatch.retry_at:%H:%M} UTC"
    return f"{dispatch.recipient}  {dispatch.status.replace('_', ' ')}: {told}"
