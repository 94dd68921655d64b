"""``slo export`` and ``slo import``: objectives as OpenSLO documents, and from them."""

import sys
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import yaml
from typer import echo

from app.openslo import NotOpenSloError, Promise, Unit, documents, promises
from app.settings_writing import write_use_cases
from sql.settings import DEFAULT_CONFIG, Settings, UseCase

DONE, FAILED = 0, 1


def export(settings: Settings) -> int:
    """Print every use case and objective."""
    yaml.safe_dump_all(
        documents(settings.use_cases), sys.stdout, sort_keys=False, allow_unicode=True
    )
    return DONE


def import_(settings: Settings, files: list[Path], *, sli: str, unit: Unit) -> int:
    """Write the files' objectives into the settings file; nothing when one of them is wrong."""
    found: list[Promise] = []
    wrong = False
    for file in files:
        try:
            found += promises(file.read_text(encoding="utf-8"), sli=sli, unit=unit)
        except (NotOpenSloError, UnicodeDecodeError) as error:
            wrong = True
            for line in str(error).splitlines():
                echo(f"{file}: {line}", err=True)
    if wrong:
        echo("Nothing was written.", err=True)
        return FAILED
    told = use_cases_of(found, settings)
    config = settings.config or DEFAULT_CONFIG
    write_use_cases(config, told)
    for use_case in told:
        echo(f"{use_case.name}: {len(use_case.objectives)} objectives")
    echo(f"Written to {config}; a collector that starts again counts by them.")
    return DONE


def use_cases_of(found: list[Promise], settings: Settings) -> list[UseCase]:
    """The settings' use cases with these objectives in the place of theirs, and new ones."""
    known = {key: one for one in settings.use_cases for key in (one.name, _dashed(one.name))}
    by_service = sorted(found, key=lambda promise: promise.use_case)
    return [
        _with_objectives(service, list(of_one), known.get(service))
        for service, of_one in groupby(by_service, key=lambda promise: promise.use_case)
    ]


def _with_objectives(service: str, told: list[Promise], known: UseCase | None) -> UseCase:
    """Those about the whole request first: the first one is the budget that the tax counts from."""
    objectives = tuple(
        sorted((one.objective for one in told), key=lambda one: one.step is not None)
    )
    if known:
        return replace(known, objectives=objectives)
    return UseCase(
        name=service,
        title=told[0].title,
        channel="other",
        match={"use_case": (service,), "service.name": (service,)},
        objectives=objectives,
    )


def _dashed(name: str) -> str:
    return name.replace("_", "-")
