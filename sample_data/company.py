"""The simulated company, read from company.toml: who is asked what, how often, and how slowly."""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COMPANY_TOML = Path(__file__).with_name("company.toml")


class CompanyError(ValueError):
    """company.toml contradicts itself; the message lists every problem."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Weight of each UTC hour of the day and of each day of the week, Monday first."""

    name: str
    hours: tuple[float, ...]
    days: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Provider:
    """Who serves models, and the shape of the hours in which it is busy."""

    name: str
    busy: str


@dataclass(frozen=True, slots=True)
class Model:
    """A model's speed: time to first token, time per token, and how much both stretch at peak."""

    name: str
    provider: str
    tier: str
    first_token_ms: float
    first_token_sigma: float
    token_ms: float
    peak_slowdown: float


@dataclass(frozen=True, slots=True)
class Device:
    """What the visitor holds: its share, its way to the agent, its appetite to convert."""

    name: str
    mobile: bool
    share: float
    edge_ms: float
    intent: float


@dataclass(frozen=True, slots=True)
class Incident:
    """A provider slow for some hours, counted back from the end of the history."""

    provider: str
    days_before_end: int
    start_hour: int
    hours: float
    slowdown: float
    error_rate: float


@dataclass(frozen=True, slots=True)
class Rates:
    """Share of model calls that fail, hang until the time-out, hit a rate limit, are abandoned."""

    error: float
    timeout: float
    retry: float
    abandon: float


@dataclass(frozen=True, slots=True)
class Conversion:
    """The truth: each 100 ms beyond the budget loses so much of the conversion rate."""

    kind: str
    rate: float
    value_usd: float
    budget_ms: float
    loss_per_100_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a chain; a parallel one starts together with the step before it."""

    step: str
    name: str
    model: str | None = None
    share: float = 1.0
    median_ms: float = 0.0
    sigma: float = 0.0
    slow_share: float = 0.0
    slow_factor: float = 1.0
    parallel: bool = False
    speculative: bool = False
    remote: str | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    is_final: bool = True
    first_audio_ms: float = 0.0
    sentence_ms: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class UseCase:
    """One use case: its service, how it is instrumented, its traffic, its chain of steps."""

    name: str
    service: str
    dialect: str
    channel: str
    declares_on: str
    shape: str
    requests_per_day: float
    turns: float
    streamed: bool
    has_device: bool = False
    environments: Mapping[str, float]
    regions: Mapping[str, float]
    models: Mapping[str, float]
    fallback: str | None = None
    rates: Rates
    timeout_ms: float
    conversion: Conversion | None = None
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Company:
    """The whole company, by name."""

    live_requests_per_second: float
    shapes: Mapping[str, Shape]
    providers: Mapping[str, Provider]
    models: Mapping[str, Model]
    devices: tuple[Device, ...]
    incidents: tuple[Incident, ...]
    use_cases: tuple[UseCase, ...]


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
        devices=tuple(Device(**row) for row in rows["device"]),
        incidents=tuple(Incident(**row) for row in rows["incident"]),
        use_cases=tuple(_use_case(row) for row in rows["use_case"]),
    )
    if problems := list(_problems(company)):
        raise CompanyError(f"{path}: " + "; ".join(problems))
    return company


def _use_case(row: dict[str, Any]) -> UseCase:
    conversion = row.get("conversion")
    return UseCase(
        **{
            **row,
            "rates": Rates(**row["rates"]),
            "conversion": Conversion(**conversion) if conversion else None,
            "steps": tuple(Step(**step) for step in row["steps"]),
        }
    )


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
    return problems


def _shares(company: Company) -> list[tuple[str, list[float]]]:
    shares = [("devices", [device.share for device in company.devices])]
    for use_case in company.use_cases:
        for column in ("environments", "regions", "models"):
            split: Mapping[str, float] = getattr(use_case, column)
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
        asked = [*use_case.models, *filter(None, [use_case.fallback])]
        asked += [step.model for step in use_case.steps if step.step == "llm" and step.model]
        references += [(use_case.name, "model", model, company.models) for model in asked]
        references.append((use_case.name, "shape", use_case.shape, company.shapes))
    return references
