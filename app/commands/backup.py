"""``backup`` and ``restore``: a lake in a folder, copied while it is written, and put back."""

from pathlib import Path

from typer import echo

from sql.backup import BackupError, Manifest, back_up
from sql.backup import restore as put_back
from sql.place import place_of
from sql.settings import Settings

DONE = 0


def backup(settings: Settings, to: Path) -> int:
    """Copy the lake and all that lies beside it into a new folder."""
    manifest = back_up(_folder(settings), to)
    echo(f"{to}: {_told(manifest)}")
    if settings.config:
        echo(f"The settings are not part of it: keep {settings.config} too.")
    return DONE


def restore(settings: Settings, backup: Path) -> int:
    """Make a lake of a backup."""
    lake = _folder(settings)
    manifest = put_back(backup, lake)
    echo(f"{lake}: {_told(manifest)}, as of {manifest.made_at}")
    return DONE


def _folder(settings: Settings) -> Path:
    folder = place_of(settings).folder
    if folder is None:
        raise BackupError(
            "a lake with a connection string is backed up where it lives: pg_dump for the "
            "catalogue, then a copy or a version of the bucket; restore the catalogue to a time "
            "before the copy of the bucket"
        )
    return folder


def _told(manifest: Manifest) -> str:
    files = f"{len(manifest.files):,} files"
    return f"{files}, {manifest.spans:,} spans, {manifest.requests:,} requests"
