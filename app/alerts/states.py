"""The rows of alert_states, and what people are told of each."""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from duckdb import DuckDBPyConnection

from app.dashboard import wording
from app.dashboard.safe_text import shown

STATES = "from alert_states($as_of)"
STEPS = {
    "llm_prefill": "the first token of {name}",
    "llm_decode": "{name} writing",
    "llm_unsplit": "the model call {name}",
    "tool": "tool {name}",
    "tts": "speech synthesis ({name})",
    "asr": "speech recognition ({name})",
    "db": "the database ({name})",
    "network": "the network",
    "orchestration": "orchestration",
}
NAME_LENGTH = 60
HOUR_MINUTES = 60
DAY_MINUTES = 24 * HOUR_MINUTES


@dataclass(frozen=True, slots=True)
class State:
    """A row of alert_states."""

    use_case: str
    title: str
    position: int
    kind: str
    is_alarming: bool
    is_calm: bool
    severity: str
    metric: str | None
    about_step: str | None
    threshold_ms: float | None
    window_days: int | None
    long_minutes: int
    bad: int | None
    total: int | None
    ends_minutes: float | None
    step: str | None
    step_name: str | None
    usual: int | None

    @property
    def words(self) -> str:
        """The trouble in plain words."""
        if self.kind == "silence":
            return (
                f"{self.name}: no request in the last hour. "
                f"At this hour there are usually {wording.count(self.usual)}."
            )
        told = f"{self.name}: {self.seen}. {self._pace}"
        return f"{told} Mostly: {self._step}." if self.step else told

    @property
    def seen(self) -> str:
        """What it rests on."""
        if self.kind == "silence":
            return f"usually {wording.plural(self.usual or 0, 'request')} at this hour"
        if not self.total:
            return f"no requests in the last {_length(self.long_minutes)}"
        return (
            f"{wording.count(self.bad)} of {wording.count(self.total)} requests "
            f"{self._late} in the last {_length(self.long_minutes)}"
        )

    @property
    def rule(self) -> str:
        """What it looks for."""
        if self.kind == "silence":
            return "no request in an hour that usually has some"
        return f"{wording.SLI_WORDS.get(self.metric or '', 'answer')} {self._late}"

    @property
    def _late(self) -> str:
        of_step = f" of {self.about_step.replace('_', ' ')}" if self.about_step else ""
        return f"over {wording.duration(self.threshold_ms)}{of_step} or failed"

    @property
    def name(self) -> str:
        """The use case, for people."""
        return shown(self.title, NAME_LENGTH)

    @property
    def _pace(self) -> str:
        budget = f"error budget of {wording.plural(self.window_days or 0, 'day')}"
        if not self.ends_minutes:
            return f"The {budget} is gone."
        return f"At this pace the {budget} ends in {_length(self.ends_minutes)}."

    @property
    def _step(self) -> str:
        words = STEPS.get(self.step or "", f"{(self.step or '').replace('_', ' ')} {{name}}")
        return words.format(name=shown(self.step_name or "", NAME_LENGTH))


def states(cursor: DuckDBPyConnection, as_of: datetime) -> list[State]:
    """All of them, alarming or not."""
    columns = ", ".join(field.name for field in fields(State))
    rows = cursor.execute(f"select {columns} {STATES}", {"as_of": as_of}).fetchall()
    return [State(*row) for row in rows]


def lasted(opened_at: datetime, now: datetime) -> str:
    """``40 min``, ``3 h``."""
    return _length((now - opened_at) / timedelta(minutes=1))


def _length(minutes: float) -> str:
    if minutes == HOUR_MINUTES:
        return "hour"
    return wording.elapsed(minutes * 60)
