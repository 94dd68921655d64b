"""Objectives as OpenSLO v1 documents, and objectives out of them.

Each document counts what `/metrics` serves, so a tool that reads OpenSLO and asks Prometheus can
use it as it is. What OpenSLO has no word for stands in annotations: which latency, whose step, and
the threshold, which a ratio of counts does not tell.

Source: OpenSLO specification, openslo/v1. NotOpenSloError says every problem at once.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import yaml
from pydantic import TypeAdapter, ValidationError

from sql.settings import Objective, UseCase

API_VERSION = "openslo/v1"
OURS = "latencytax/"
SLIS = {"first_token": "first token", "perceived": "perceived response", "response": "response"}
Unit = Literal["ms", "s"]
UNIT_MS: Mapping[str, float] = {"ms": 1, "s": 1000}
DAYS_OF = {"d": 1, "w": 7, "M": 30, "Q": 90, "Y": 365}
DURATION = re.compile(r"([1-9][0-9]*)([mhdwMQY])")
NAME_LENGTH = 63


class NotOpenSloError(Exception):
    """Documents that cannot become objectives; the message has a line for each problem."""


@dataclass(frozen=True, slots=True)
class Promise:
    """An objective, and the use case that owes it."""

    use_case: str
    title: str
    objective: Objective


def documents(use_cases: Iterable[UseCase]) -> Iterator[dict[str, Any]]:
    """A Service for each use case, then an SLO for each of its objectives."""
    for use_case in use_cases:
        yield _document(
            "Service", _name(use_case.name), use_case.title, {"use-case": use_case.name}, {}
        )
        for objective in use_case.objectives:
            yield _slo(use_case, objective)


def promises(text: str, *, sli: str, unit: Unit) -> list[Promise]:
    """What a file of OpenSLO documents promises.

    `sli` and `unit` are those of thresholds that do not say it. Raises NotOpenSloError.
    """
    try:
        read = [document for document in yaml.safe_load_all(text) if document is not None]
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise NotOpenSloError(f"is not YAML: {error}") from error
    problems: list[str] = []
    found: list[Promise] = []
    titles = {_metadata(one).get("name"): _title(one) for one in read if _kind(one) == "Service"}
    slis = {_metadata(one).get("name"): one for one in read if _kind(one) == "SLI"}
    for position, document in enumerate(read, start=1):
        if _kind(document) != "SLO":
            continue
        name = _metadata(document).get("name") or f"document {position}"
        try:
            found += _promises_of(document, titles, slis, sli=sli, unit=unit)
        except (ValueError, ValidationError) as error:
            problems.append(f"{name}: {_words(error)}")
    if not found and not problems:
        problems.append(f"has no document of kind SLO and apiVersion {API_VERSION}")
    if problems:
        raise NotOpenSloError("\n".join(problems))
    return found


def _slo(use_case: UseCase, objective: Objective) -> dict[str, Any]:
    what = SLIS[objective.sli] + (f", step {objective.step}" if objective.step else "")
    title = f"{use_case.title}: {what} within {objective.threshold_ms:g} ms"
    facts = {
        key.replace("_", "-"): str(value)
        for key, value in asdict(objective).items()
        if key in {"sli", "step", "threshold_ms"} and value is not None
    }
    parts = (use_case.name, objective.sli, objective.step or "", f"{objective.threshold_ms:g}ms")
    name = _name("-".join(filter(None, (*parts, f"{objective.window_days}d"))))
    metric = "/".join(filter(None, (objective.sli, objective.step)))
    # PromQL escapes in strings as JSON does.
    of_objective = f'use_case={json.dumps(use_case.name, ensure_ascii=False)},metric="{metric}"'
    of_objective += f',threshold_ms="{objective.threshold_ms!r}"'
    spec = {
        "description": f"Share of requests with their {what} within {objective.threshold_ms:g} ms. "
        "Failures, time-outs and abandonments are bad; an unknown latency counts neither way.",
        "service": _name(use_case.name),
        "indicator": {
            "metadata": {"name": name},
            "spec": {
                "ratioMetric": {
                    "counter": True,
                    "good": _count(f'{of_objective},verdict="good"'),
                    "total": _count(f'{of_objective},verdict=~"good|bad"'),
                }
            },
        },
        "timeWindow": [{"duration": f"{objective.window_days}d", "isRolling": True}],
        "budgetingMethod": "Occurrences",
        "objectives": [{"displayName": title, "target": objective.objective}],
    }
    return _document("SLO", name, title, {"use-case": use_case.name} | facts, spec)


def _count(labels: str) -> dict[str, Any]:
    query = f"sum(latencytax_slo_requests_total{{{labels}}})"
    return {"metricSource": {"type": "Prometheus", "spec": {"query": query}}}


def _document(
    kind: str, name: str, title: str, facts: Mapping[str, str], spec: Mapping[str, Any]
) -> dict[str, Any]:
    annotations = {f"{OURS}{key}": value for key, value in facts.items()}
    metadata = {"name": name, "displayName": title, "annotations": annotations}
    return {"apiVersion": API_VERSION, "kind": kind, "metadata": metadata, "spec": dict(spec)}


def _name(text: str) -> str:
    """As names are in Kubernetes (RFC 1123)."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower())[:NAME_LENGTH].strip("-")


def _promises_of(
    document: Mapping[str, Any],
    titles: Mapping[Any, str],
    slis: Mapping[Any, Any],
    *,
    sli: str,
    unit: Unit,
) -> list[Promise]:
    spec = _table(document.get("spec"), "spec")
    if spec.get("budgetingMethod") != "Occurrences":
        raise ValueError(
            f"budgetingMethod is {spec.get('budgetingMethod')!r}: only Occurrences, "
            "a share of requests, can be promised here"
        )
    facts = _facts(document)
    service = facts.get("use-case") or spec.get("service")
    if not isinstance(service, str) or not service:
        raise ValueError("names no service: whose objective is it?")
    indicator = spec.get("indicator") or slis.get(spec.get("indicatorRef")) or {}
    is_threshold = "thresholdMetric" in _table(_table(indicator, "indicator").get("spec"), "spec")
    shared = {"sli": facts.get("sli", sli), "window_days": _days(spec.get("timeWindow"))}
    if "step" in facts:
        shared["step"] = facts["step"]
    objectives = spec.get("objectives")
    if not isinstance(objectives, list) or not objectives:
        raise ValueError("has no objectives")
    return [
        Promise(
            use_case=service,
            title=titles.get(spec.get("service")) or service,
            objective=TypeAdapter(Objective).validate_python(
                shared
                | {
                    "threshold_ms": _threshold_ms(one, facts, unit, is_threshold=is_threshold),
                    "objective": _target(one),
                }
            ),
        )
        for one in (_table(each, "objectives") for each in objectives)
    ]


def _threshold_ms(
    objective: Mapping[str, Any], facts: Mapping[str, str], unit: Unit, *, is_threshold: bool
) -> float:
    if "threshold-ms" in facts:
        return _number(facts["threshold-ms"], f"annotation {OURS}threshold-ms")
    if not is_threshold:
        raise ValueError(
            "its threshold is hidden in a query: say it in milliseconds in the annotation "
            f"{OURS}threshold-ms"
        )
    if objective.get("op") not in {"lt", "lte"}:
        raise ValueError(f"op is {objective.get('op')!r}: a latency is good below (lt, lte)")
    return _number(objective.get("value"), "value") * UNIT_MS[unit]


def _target(objective: Mapping[str, Any]) -> float:
    if "targetPercent" in objective:
        return _number(objective["targetPercent"], "targetPercent") / 100
    if "target" not in objective:
        raise ValueError("an objective has neither target nor targetPercent")
    return _number(objective["target"], "target")


def _number(value: object, name: str) -> float:
    try:
        return float(value)  # type: ignore[arg-type]  # what is no number is told below
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} is {value!r}, not a number") from error


def _days(windows: object) -> int:
    if windows is None:
        return int(Objective(sli="response", threshold_ms=1).window_days)
    if not isinstance(windows, list) or len(windows) != 1:
        raise ValueError("timeWindow must have one entry")
    window = _table(windows[0], "timeWindow")
    told = DURATION.fullmatch(str(window.get("duration")))
    if told is None or told[2] not in DAYS_OF:
        raise ValueError(
            f"duration is {window.get('duration')!r}: whole days (d), weeks, months, quarters or "
            "years can be kept"
        )
    return int(told[1]) * DAYS_OF[told[2]]


def _kind(document: object) -> object:
    if isinstance(document, dict) and document.get("apiVersion") == API_VERSION:
        return document.get("kind")
    return None


def _metadata(document: Mapping[str, Any]) -> Mapping[str, Any]:
    found = document.get("metadata")
    return found if isinstance(found, dict) else {}


def _title(document: Mapping[str, Any]) -> str:
    metadata = _metadata(document)
    return str(metadata.get("displayName") or metadata.get("name"))


def _facts(document: Mapping[str, Any]) -> dict[str, str]:
    """Our annotations, without their prefix."""
    annotations = _metadata(document).get("annotations")
    items = annotations.items() if isinstance(annotations, dict) else ()
    return {str(k).removeprefix(OURS): str(v) for k, v in items if str(k).startswith(OURS)}


def _table(value: object, name: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{name} is {value!r}, not a mapping")  # noqa: TRY004 - one kind of problem
    return value


def _words(error: ValueError | ValidationError) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(
            f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()
        )
    return str(error)
