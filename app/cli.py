"""The one command, ``latencytax``. Exit codes: 0 done, 1 failed, 2 wrong usage or settings."""

import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import duckdb
import typer

from app.commands import backup as backup_verb
from app.commands import demo as demo_verb
from app.commands import doctor as doctor_verb
from app.commands import import_conversions as conversions_verb
from app.commands import import_traces as import_verb
from app.commands import move as move_verb
from app.commands import query, serve, upkeep
from app.commands import repair as repair_verb
from app.commands.groups import alert, digest, slo, token
from app.conversion_columns import ColumnsError, columns_told
from app.conversion_files import ConversionFileError
from app.dashboard_process import DashboardPortTakenError
from app.formats import Format
from app.options import with_settings
from app.running_collector import CollectorElsewhereError
from collector.reread import UnreadableFileError
from collector.service import LakeLockedError, PortTakenError
from sample_data.play import PlayError
from sql.backup import BackupError
from sql.guest import NotAQueryError
from sql.lake import LakeMissingError, LakeTooNewError
from sql.move import MoveError
from sql.place import LakeMovedError
from sql.settings import Settings, SettingsError

DEMO_LAKE = "latencytax-demo"
WRONG_USAGE = (
    SettingsError,
    NotAQueryError,
    ColumnsError,
    demo_verb.NotADemoError,
    UnreadableFileError,
)
FAILED = (
    BackupError,
    DashboardPortTakenError,
    LakeLockedError,
    LakeMissingError,
    LakeMovedError,
    LakeTooNewError,
    MoveError,
    PortTakenError,
    CollectorElsewhereError,
    ConversionFileError,
    PlayError,
    duckdb.Error,
    OSError,
)

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
cli.add_typer(digest, name="digest")
cli.add_typer(alert, name="alert")
cli.add_typer(slo, name="slo")
cli.add_typer(token, name="token")


def main() -> None:
    """Run a verb; what a person can act on is said in words, without a traceback."""
    try:
        cli()
    except WRONG_USAGE as error:
        typer.echo(f"{error}", err=True)
        sys.exit(2)
    except FAILED as error:
        typer.echo(f"{error}", err=True)
        sys.exit(1)


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - how typer calls back
    if wanted:
        typer.echo(f"latencytax {version('latencytax')}")
        raise typer.Exit


@cli.callback()
def latencytax(
    *,
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print it.")
    ] = False,
) -> None:
    """What slow AI agents cost a marketing team: OTLP traces in, SLOs and the latency tax out."""


@cli.command()
@with_settings()
def up(settings: Settings) -> int:
    """Start the collector and the dashboard on a lasting lake."""
    return serve.up(settings)


@cli.command()
@with_settings(lake=DEMO_LAKE)
def demo(
    settings: Settings,
    *,
    days: Annotated[int, typer.Option(min=1, max=90, help="Days of history to play.")] = 14,
    fresh: Annotated[bool, typer.Option("--fresh", help="Play the history anew.")] = False,
) -> int:
    """Start both on a simulated company's traffic."""
    return demo_verb.demo(settings, days, fresh=fresh)


@cli.command()
@with_settings()
def collect(settings: Settings) -> int:
    """Start the collector alone."""
    return serve.collect(settings)


@cli.command()
@with_settings()
def dashboard(settings: Settings) -> int:
    """Start the dashboard alone."""
    return serve.dashboard(settings)


@cli.command()
@with_settings()
def refresh(settings: Settings) -> int:
    """Bring the models up to date once; a running collector does so by itself."""
    return upkeep.refresh(settings)


@cli.command("import-traces")
@with_settings()
def import_traces(
    settings: Settings,
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, readable=True)],
) -> int:
    """Import OTLP files: protobuf, JSON or JSON lines, plain, gzip or zstd."""
    return import_verb.import_traces(settings, files)


@cli.command("import-conversions")
@with_settings()
def import_conversions(
    settings: Settings,
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, readable=True)],
    *,
    told: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="FIELD=COLUMN",
            help="Which column holds a field, where it is not guessed; may be given several times.",
        ),
    ] = None,
) -> int:
    """Import conversions: CSV, Parquet or JSON lines, as GA4, Shopify or Segment export them."""
    return conversions_verb.import_conversions(settings, files, columns_told(told or []))


@cli.command()
@with_settings()
def sql(
    settings: Settings,
    text: Annotated[str | None, typer.Argument(metavar="[QUERY]")] = None,
    *,
    form: Annotated[Format, typer.Option("--format", help="How rows are printed.")] = Format.TABLE,
    open_script: Annotated[
        bool, typer.Option("--open-script", help="Print SQL that opens the lake in any DuckDB.")
    ] = False,
) -> int:
    """Ask the lake; without a query, at a prompt."""
    if open_script:
        return query.open_script(settings)
    return query.answer(settings, text, form) if text else query.prompt(settings, form)


@cli.command()
@with_settings()
def check(settings: Settings) -> int:
    """Test what the models claim about their rows."""
    return upkeep.check(settings)


@cli.command()
@with_settings()
def backup(
    settings: Settings, to: Annotated[Path, typer.Argument(help="A new folder.", file_okay=False)]
) -> int:
    """Copy the lake into a new folder, while a collector writes it."""
    return backup_verb.backup(settings, to)


@cli.command()
@with_settings()
def restore(
    settings: Settings,
    backup: Annotated[Path, typer.Argument(exists=True, file_okay=False, readable=True)],
) -> int:
    """Make a lake, in the empty folder --lake, of a backup."""
    return backup_verb.restore(settings, backup)


@cli.command()
@with_settings()
def move(
    settings: Settings,
    to: Annotated[str, typer.Option(help="ducklake:postgres:… of an empty database.")],
    to_data: Annotated[str, typer.Option(help="Folder or URL of its data files: s3://…")],
) -> int:
    """Take the lake to where several machines share it, while a collector writes it."""
    return move_verb.move(settings, to, to_data)


@cli.command()
@with_settings()
def repair(settings: Settings) -> int:
    """Set data files aside that cannot be read, so that the rest of the lake can be asked."""
    return repair_verb.repair(settings)


@cli.command()
@with_settings()
def doctor(settings: Settings) -> int:
    """Look for what commonly goes wrong, and say what to do."""
    return doctor_verb.doctor(settings)


if __name__ == "__main__":
    main()
