"""Keeping the lake small: tiny commits become files, small files larger ones, old snapshots go.

Merging reads and writes again what it merges, so a round takes few files, and files that a busy
minute made are large enough to be left alone. Files of which rows were deleted are never merged
until they are rewritten without them, and late spans delete a row of a file here and there: so once
an hour all of these are. What is rewritten has the snapshot of the rewriting.
"""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

import duckdb


@dataclass(frozen=True, slots=True)
class Chore:
    """Statements that are due every `every_s` seconds."""

    every_s: float
    statements: tuple[str, ...]


MERGED_BELOW_BYTES = 1 * 2**20
SNAPSHOTS_KEPT = "INTERVAL 10 minutes"
"""How long a reader may work on one snapshot."""

CHORES = (
    Chore(
        60,
        (
            "CALL ducklake_flush_inlined_data('lake')",
            "CALL ducklake_merge_adjacent_files("
            f"'lake', max_compacted_files => 64, max_file_size => {MERGED_BELOW_BYTES})",
        ),
    ),
    Chore(
        300,
        (
            f"CALL ducklake_expire_snapshots('lake', older_than => now() - {SNAPSHOTS_KEPT})",
            f"CALL ducklake_cleanup_old_files('lake', older_than => now() - {SNAPSHOTS_KEPT})",
        ),
    ),
    Chore(
        3600,
        (
            "CALL ducklake_rewrite_data_files('lake', delete_threshold => 0.0)",
            "CALL ducklake_merge_adjacent_files("
            f"'lake', max_compacted_files => 16, max_file_size => {16 * MERGED_BELOW_BYTES})",
            "DELETE FROM lake.conversion_reports "
            "WHERE snapshot_id <= (SELECT max(through_snapshot) FROM lake.assembly_log)",
        ),
    ),
)


class Maintenance:
    """Does each chore when it is due, in the writer's session and thread."""

    def __init__(
        self, con: duckdb.DuckDBPyConnection, clock: Callable[[], float] = monotonic
    ) -> None:
        """The first round of each chore is one interval from now; `clock` counts seconds."""
        self._con = con
        self._clock = clock
        self._due_at = [clock() + chore.every_s for chore in CHORES]

    def run(self) -> None:
        """The chores that are due."""
        for index, chore in enumerate(CHORES):
            if self._clock() >= self._due_at[index]:
                # One that fails is not tried again at once: loading goes on beside it.
                self._due_at[index] = self._clock() + chore.every_s
                for statement in chore.statements:
                    self._con.execute(statement)
