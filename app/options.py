"""What all commands share: ``--config``, ``--lake`` and ``--data``, made into settings."""

import inspect
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

from app.logs import log_as
from sql.settings import load_settings

Config = Annotated[
    Path | None,
    typer.Option("--config", help="Settings file.  [default: ./latencytax.toml, if it exists]"),
]
Lake = Annotated[
    str | None, typer.Option("--lake", help="A folder, or a DuckLake connection string.")
]
Data = Annotated[
    str | None, typer.Option("--data", help="Where a connection-string lake keeps its files.")
]


def with_settings(lake: str | None = None) -> Callable[[Callable[..., int]], Callable[..., None]]:
    """A command whose first argument is filled with settings and whose result is the exit code.

    ``lake`` is where the command looks when ``--lake`` is not given; None leaves it to the
    settings.
    """
    shared = {"config": (Config, None), "lake": (Lake, lake), "data": (Data, None)}

    def decorate(command: Callable[..., int]) -> Callable[..., None]:
        @wraps(command)
        def run(*, config: Path | None, lake: str | None, data: str | None, **own: Any) -> None:
            settings = load_settings(config, lake=lake, data=data)
            log_as(settings)
            raise typer.Exit(command(settings, **own))

        signature = inspect.signature(command)
        _, *own_parameters = signature.parameters.values()
        shared_parameters = [
            inspect.Parameter(
                name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind
            )
            for name, (kind, default) in shared.items()
        ]
        parameters = [*own_parameters, *shared_parameters]
        run.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]  # read by inspect, declared by none
        run.__annotations__ = {each.name: each.annotation for each in parameters}
        return run

    return decorate
