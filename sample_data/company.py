"""The simulated company: who is asked what, how often, and how slowly."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field


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
    """A model's speed: first token, more for each prompt token, further tokens, all by the hour.

    quality: what an evaluator makes of its answers, on average.
    """

    name: str
    provider: str
    tier: str
    first_token_ms: float
    prompt_token_ms: float
    first_token_sigma: float
    token_ms: float
    peak_slowdown: float
    quality: float


@dataclass(frozen=True, slots=True)
class ServiceTier:
    """What a model call is paid for, and how much of its provider's busy hours it then feels."""

    name: str
    peak: float


@dataclass(frozen=True, slots=True)
class Network:
    """Round trips within a region and to another one, and what a new connection takes."""

    local_ms: float
    remote_ms: float
    sigma: float
    connect_share: float
    connect_round_trips: float
    homes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Device:
    """What the visitor holds: its share, its way to the agent, its appetite to convert."""

    name: str
    mobile: bool
    share: float
    edge_ms: float
    appetite: float


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
    """Share of model calls that fail, hang until the time-out, hit a rate limit, are abandoned.

    shed: in its provider's busiest hour, given to the fallback instead.
    hedged: asked twice at once; the first to answer wins.
    """

    error: float
    timeout: float
    retry: float
    abandon: float
    shed: float = 0.0
    hedged: float = 0.0


@dataclass(frozen=True, slots=True)
class Conversion:
    """The truth: what 100 ms beyond the budget, and a fallback, lose of the conversion rate."""

    kind: str
    rate: float
    value_usd: float
    budget_ms: float
    loss_per_100_ms: float
    loss_per_fallback: float = 0.0


@dataclass(frozen=True, slots=True)
class Unseen:
    """What no span tells of some sessions: they are answered slower and want more, or less."""

    share: float
    slowdown: float
    appetite: float


@dataclass(frozen=True, slots=True)
class Experiment:
    """A share of sessions, drawn at random, whose answers are held back."""

    share: float
    delay_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a chain. README.md tells what each column does."""

    step: str
    name: str
    model: str | None = None
    intents: tuple[str, ...] = ()
    share: float = 1.0
    median_ms: float = 0.0
    sigma: float = 0.0
    slow_share: float = 0.0
    slow_factor: float = 1.0
    cold_ms: float = 0.0
    parallel: bool = False
    same_message: bool = False
    contention: float = 0.0
    speculative: bool = False
    guessed_share: float = 0.0
    hedge_ms: float = math.inf
    remote: str | None = None
    decisions: int = 0
    decided_ms: float = 0.0
    spared_tokens: int = 0
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
    service_tiers: Mapping[str, float] = field(default_factory=dict)
    fallback: str | None = None
    intents: Mapping[str, float] = field(default_factory=dict)
    answered: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    routed: Mapping[str, str] = field(default_factory=dict)
    rates: Rates
    cached_share: float = 0.4
    cold_share: float = 0.0
    timeout_ms: float
    retries_timeouts: bool = False
    conversion: Conversion | None = None
    unseen: Unseen | None = None
    experiment: Experiment | None = None
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Company:
    """The whole company, by name."""

    live_requests_per_second: float
    shapes: Mapping[str, Shape]
    providers: Mapping[str, Provider]
    models: Mapping[str, Model]
    service_tiers: Mapping[str, ServiceTier]
    network: Network
    devices: tuple[Device, ...]
    incidents: tuple[Incident, ...]
    use_cases: tuple[UseCase, ...]
