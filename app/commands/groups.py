"""Verbs of two words: ``digest``, ``alert``, ``slo`` and ``token``."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from app.commands import slo as slo_verbs
from app.commands import token as token_verbs
from app.options import with_settings
from sql.settings import Settings

digest = typer.Typer(no_args_is_help=True, help="Preview and send the e-mail digest.")


@digest.command("preview")
@with_settings()
def preview_digest(
    settings: Settings,
    *,
    to: Annotated[
        str | None, typer.Option(help="Whose digest.  [default: the first recipient's]")
    ] = None,
    at: Annotated[
        datetime | None, typer.Option(help="The one that was due by then (UTC).  [default: now]")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder to write to.")] = Path("digest"),
) -> int:
    """Write the digest that was due last as HTML, text and PNG; nothing is sent."""
    from app.commands import digest as verbs  # noqa: PLC0415 - seconds of imports, here alone

    return verbs.preview(settings, to, at and at.replace(tzinfo=UTC), out)


@digest.command("send")
@with_settings()
def send_digest(
    settings: Settings,
    *,
    to: Annotated[
        str | None, typer.Option(help="Send this address its newest digest, whatever is due.")
    ] = None,
) -> int:
    """Send what is due, once; what failed for a while is tried again."""
    from app.commands import digest as verbs  # noqa: PLC0415 - seconds of imports, here alone

    return verbs.send(settings, to)


alert = typer.Typer(no_args_is_help=True, help="Tell people when a budget burns.")


@alert.command("test")
@with_settings()
def test_alert(settings: Settings) -> int:
    """Tell every channel that this is a test."""
    from app.commands import alert as verbs  # noqa: PLC0415 - as above

    return verbs.test(settings)


@alert.command("watch")
@with_settings()
def watch_alerts(
    settings: Settings,
    *,
    once: Annotated[bool, typer.Option("--once", help="Look once, for cron.")] = False,
) -> int:
    """Look every minute what burns or fell silent, and tell people until it is over."""
    from app.commands import alert as verbs  # noqa: PLC0415 - as above

    return verbs.watch(settings, once=once)


slo = typer.Typer(no_args_is_help=True, help="Objectives as OpenSLO documents, and from them.")


@slo.command("export")
@with_settings()
def export_slos(settings: Settings) -> int:
    """Print all objectives as OpenSLO v1, with the Prometheus queries that count them."""
    return slo_verbs.export(settings)


@slo.command("import")
@with_settings()
def import_slos(
    settings: Settings,
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, readable=True)],
    *,
    sli: Annotated[
        Literal["first_token", "perceived", "response"],
        typer.Option(help="Which latency is meant, where a document does not say it."),
    ] = "response",
    unit: Annotated[
        Literal["ms", "s"], typer.Option(help="The unit of a threshold metric's values.")
    ] = "ms",
) -> int:
    """Write the objectives of OpenSLO v1 files into the settings file."""
    return slo_verbs.import_(settings, files, sli=sli, unit=unit)


token = typer.Typer(no_args_is_help=True, help="Who may send, and who may read /metrics.")


@token.command("create")
@with_settings()
def create_token(
    settings: Settings,
    name: Annotated[str, typer.Argument(help="Whose it is, as lists and refusals name it.")],
    *,
    scope: Annotated[
        Literal["ingest", "read"], typer.Option(help="ingest sends; read gets /metrics.")
    ],
    expires: Annotated[
        str | None, typer.Option(help="90d, or the last day: 2027-01-31.  [default: never]")
    ] = None,
) -> int:
    """Make a token and print it, this once."""
    return token_verbs.create(settings, name, scope, expires)


@token.command("list")
@with_settings()
def list_tokens(settings: Settings) -> int:
    """Print names, scopes and ends."""
    return token_verbs.show(settings)


@token.command("revoke")
@with_settings()
def revoke_token(settings: Settings, name: Annotated[str, typer.Argument()]) -> int:
    """Take a token away, also from collectors that run."""
    return token_verbs.revoke(settings, name)
