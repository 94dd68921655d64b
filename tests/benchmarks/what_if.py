"""How far a what-if prediction is from the truth: the simulated company played again, lever on.

Both plays draw the same numbers wherever the lever does not act (`sample_data/draws.py`), so that
the true saving of each request is known. Left out: requests whose outcome the lever changes.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray
from rich import box
from rich.table import Column, Table

from sample_data.company import Company
from sample_data.company_file import load_company
from sample_data.levers import HEDGE_QUANTILE, LEVERS, pulled
from sample_data.otlp import batches
from sample_data.spans import SimulatedTrace
from sample_data.traffic import history
from sql.what_if import predicted_savings
from tests.sql.pipeline import Pipeline, settings_of

UNTIL = datetime(2026, 11, 20, tzinfo=UTC)
SEED = 7
DAYS = 1
SPANS_AN_ARRIVAL = 5000
COMBINATIONS = (
    ("parallel_tools", "network"),
    ("prompt_cache", "fast_tier"),
    ("speculative_retrieval", "network"),
    ("parallel_tools", "prompt_cache", "network", "fast_tier"),
)
SETTINGS: Mapping[str, Mapping[str, float]] = {"hedge": {"delay_percentile": HEDGE_QUANTILE}}
Method = Literal["first_order", "replay"]


@dataclass(frozen=True, slots=True)
class Errors:
    """Savings of the requests that a lever applies to, true and predicted [ms].

    before_ms: of all requests; true_all_ms and replay_all_ms: what each of them saves.
    elsewhere_ms: true savings where the rule says that the lever does not apply.
    """

    levers: tuple[str, ...]
    true_ms: NDArray[np.float64]
    first_order_ms: NDArray[np.float64]
    replay_ms: NDArray[np.float64]
    elsewhere_ms: NDArray[np.float64]
    before_ms: NDArray[np.float64]
    true_all_ms: NDArray[np.float64]
    replay_all_ms: NDArray[np.float64]


def tables(requests: int) -> Iterator[Table]:
    """The error table of single levers, and that of combinations."""
    company = _evenly(load_company(), requests)
    before = _play(company, ())
    with TemporaryDirectory() as folder, Pipeline(settings_of(Path(folder) / "lake")) as pipeline:
        _feed(pipeline, before.values())
        names = {request_id[:32]: request_id for request_id in _request_ids(pipeline)}
        found = {names[trace_id]: trace for trace_id, trace in before.items()}
        singles, several = [(name,) for name in LEVERS], COMBINATIONS
        for title, choices in (("one lever", singles), ("several levers", several)):
            errors = [_errors(pipeline, company, found, levers) for levers in choices]
            yield _table(title, errors)


def _evenly(company: Company, requests: int) -> Company:
    """The company with as many questions in each use case as in any other."""
    each = requests / len(company.use_cases) / DAYS
    return replace(
        company,
        use_cases=tuple(replace(case, requests_per_day=each) for case in company.use_cases),
    )


def _play(company: Company, levers: Collection[str]) -> dict[str, SimulatedTrace]:
    played = history(days=DAYS, until=UNTIL, seed=SEED, company=pulled(company, levers))
    return {trace.spans[0].trace_id.hex(): trace for trace in played.traces}


def _feed(pipeline: Pipeline, traces: Collection[SimulatedTrace]) -> None:
    for minutes, batch in enumerate(batches(traces, batch_spans=SPANS_AN_ARRIVAL)):
        at = UNTIL + timedelta(minutes=minutes)
        pipeline.arrive([batch.request.SerializeToString()], at)
        pipeline.assemble(at)


def _request_ids(pipeline: Pipeline) -> list[str]:
    return [request_id for (request_id,) in pipeline.rows("SELECT request_id FROM requests")]


def _errors(
    pipeline: Pipeline,
    company: Company,
    before: Mapping[str, SimulatedTrace],
    levers: tuple[str, ...],
) -> Errors:
    after = _play(company, levers)
    kept = [
        (request_id, trace, after[request_id[:32]])
        for request_id, trace in before.items()
        if trace.outcome == after[request_id[:32]].outcome == "ok"
    ]
    ids = [request_id for request_id, _, _ in kept]
    before_ms, after_ms = (
        np.array([_waited_ms(trace, levers) for trace in traces])
        for traces in ([old for _, old, _ in kept], [new for _, _, new in kept])
    )
    first_order, replayed = (
        _predicted(pipeline, levers, ids, m) for m in ("first_order", "replay")
    )
    applies = (replayed["applies"] == "yes").to_numpy()
    column = "perceived_saved_ms" if levers == ("stream",) else "saved_ms"
    replay_all_ms = np.where(applies, replayed[column].fill_null(0.0).to_numpy(), 0.0)
    true_all_ms = before_ms - after_ms
    return Errors(
        levers=levers,
        true_ms=true_all_ms[applies],
        first_order_ms=first_order[column].fill_null(0.0).to_numpy()[applies],
        replay_ms=replay_all_ms[applies],
        elsewhere_ms=true_all_ms[(replayed["applies"] == "no").to_numpy()],
        before_ms=before_ms,
        true_all_ms=true_all_ms,
        replay_all_ms=replay_all_ms,
    )


def _waited_ms(trace: SimulatedTrace, levers: tuple[str, ...]) -> float:
    """The response, or for streaming what the user perceives."""
    return trace.perceived_ms or trace.response_ms if levers == ("stream",) else trace.response_ms


def _predicted(
    pipeline: Pipeline, levers: tuple[str, ...], ids: list[str], method: Method
) -> pl.DataFrame:
    """One row for each id, in their order."""
    chosen = {name: SETTINGS.get(name, {}) for name in levers}
    savings = predicted_savings(pipeline.con, chosen, ids, method)
    return pl.DataFrame({"request_id": ids}).join(savings, on="request_id", how="left")


def _table(title: str, errors: list[Errors]) -> Table:
    table = Table(
        Column(title, no_wrap=True),
        *("n", "saved, true", "saved, replay", "MAE first order", "MAE replay"),
        *("bias first order", "bias replay", "error p50", "error p95"),
        *("p50 after, true / replay", "p95 after, true / replay", "not applicable: n, saved"),
        box=box.MARKDOWN,
    )
    for error in errors:
        table.add_row(" + ".join(error.levers), *_figures(error))
    return table


def _figures(error: Errors) -> Iterator[str]:
    yield f"{len(error.true_ms):,}"
    if not len(error.true_ms):
        return
    off_first, off = error.first_order_ms - error.true_ms, error.replay_ms - error.true_ms
    for saved in (error.true_ms, error.replay_ms):
        yield f"{saved.mean():,.1f}"
    for mean in (abs(off_first).mean(), abs(off).mean(), off_first.mean(), off.mean()):
        yield f"{mean:,.1f}"
    for quantile in (0.5, 0.95):
        yield f"{np.quantile(abs(off), quantile):,.1f}"
    for quantile in (0.5, 0.95):
        true, predicted = (
            np.quantile(error.before_ms - saved, quantile)
            for saved in (error.true_all_ms, error.replay_all_ms)
        )
        yield f"{true:,.0f} / {predicted:,.0f}"
    elsewhere = error.elsewhere_ms
    yield f"{len(elsewhere):,}, {elsewhere.mean() if len(elsewhere) else 0.0:,.2f}"
