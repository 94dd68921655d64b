"""company.toml, read and checked."""

import math
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from sample_data.company import (
    Company,
    Conversion,
    Device,
    Experiment,
    Incident,
    Model,
    Network,
    Provider,
    Rates,
    ServiceTier,
    Shape,
    Step,
    Unseen,
    UseCase,
)
from sample_data.prices import STANDARD, PriceList, load_prices

COMPANY_TOML = Path(__file__).with_name("company.toml")
USE_CASE_TABLES: Mapping[str, Callable[..., object]] = {
    "rates": Rates,
    "conversion": Conversion,
    "unseen": Unseen,
    "experiment": Experiment,
}


class CompanyError(ValueError):
    """company.toml contradicts itself; the message lists every problem."""


def load_company(path: Path = COMPANY_TOML) -> Company:
    """The company in the file.

    Raises:
        CompanyError: shares do not add up or a name is not defined.
    """
    rows = tomllib.loads(path.read_text(encoding="utf-8"))
    shapes = (Shape(r["name"], tuple(r["hours"]), tuple(r["days"])) for r in rows["shape"])
    company = Company(
        live_requests_per_second=rows["live"]["requests_per_second"],
        shapes={shape.name: shape for shape in shapes},
        providers={row["name"]: Provider(**row) for row in rows["provider"]},
        models={row["name"]: Model(**row) for row in rows["model"]},
        service_tiers={row["name"]: ServiceTier(**row) for row in rows["service_tier"]},
        network=Network(**rows["network"]),
        devices=tuple(Device(**row) for row in rows["device"]),
        incidents=tuple(Incident(**row) for row in rows["incident"]),
        use_cases=tuple(_use_case(row) for row in rows["use_case"]),
    )
    if problems := list(_problems(company)):
        raise CompanyError(f"{path}: " + "; ".join(problems))
    return company


def _use_case(row: dict[str, Any]) -> UseCase:
    tables = {name: kind(**row[name]) for name, kind in USE_CASE_TABLES.items() if name in row}
    return UseCase(**{**row, **tables, "steps": tuple(_step(step) for step in row["steps"])})


def _step(row: dict[str, Any]) -> Step:
    return Step(**{**row, "intents": tuple(row.get("intents", ()))})


def _problems(company: Company) -> list[str]:
    problems = [
        f"{owner}: shares add up to {sum(shares):g}, not 1"
        for owner, shares in _shares(company)
        if not math.isclose(sum(shares), 1)
    ]
    problems += [
        f"{owner}: no {kind} named {name!r}"
        for owner, kind, name, known in _references(company)
        if name not in known
    ]
    problems += [
        f"shape {shape.name}: needs 24 hours and 7 days"
        for shape in company.shapes.values()
        if (len(shape.hours), len(shape.days)) != (24, 7)
    ]
    problems += _unpriced(company, load_prices())
    return problems


def _unpriced(company: Company, prices: PriceList) -> Iterator[str]:
    """Models that a use case asks at a service tier for which there is no price."""
    for use_case in company.use_cases:
        for model in _asked(use_case):
            for tier in use_case.service_tiers or (STANDARD,):
                if (model, tier) not in prices:
                    yield f"{use_case.name}: no price of {model!r} as {tier!r}"


def _asked(use_case: UseCase) -> list[str]:
    asked = [*use_case.models, *filter(None, [use_case.fallback])]
    return asked + [step.model for step in use_case.steps if step.step == "llm" and step.model]


def _shares(company: Company) -> list[tuple[str, list[float]]]:
    shares = [("devices", [device.share for device in company.devices])]
    for use_case in company.use_cases:
        for column in ("environments", "regions", "models", "service_tiers", "intents"):
            split: Mapping[str, float] = getattr(use_case, column)
            if split:
                shares.append((f"{use_case.name}.{column}", list(split.values())))
    return shares


def _references(company: Company) -> list[tuple[str, str, str, Mapping[str, object]]]:
    references: list[tuple[str, str, str, Mapping[str, object]]] = [
        (model.name, "provider", model.provider, company.providers)
        for model in company.models.values()
    ]
    references += [
        (provider.name, "shape", provider.busy, company.shapes)
        for provider in company.providers.values()
    ]
    references += [
        (f"incident {incident.days_before_end} days before the end", "provider", incident.provider,
         company.providers)
        for incident in company.incidents
    ]  # fmt: skip
    for use_case in company.use_cases:
        references += [
            (use_case.name, "model", model, company.models) for model in _asked(use_case)
        ]
        intents = [*use_case.answered, *(i for step in use_case.steps for i in step.intents)]
        references += [(use_case.name, "intent", i, use_case.intents) for i in intents]
        references += [
            (use_case.name, "service tier", tier, company.service_tiers)
            for tier in use_case.service_tiers
        ]
        references.append((use_case.name, "shape", use_case.shape, company.shapes))
    return references
