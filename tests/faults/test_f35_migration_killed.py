"""Row 35: killed while the schema is made; the next start finishes it."""

from pathlib import Path

import pytest

from tests.chaos.stage import Stage
from tests.faults.crash import Crash
from tests.faults.ground import PATIENCE_SECONDS, Ground

STATEMENT = "alembic.ddl.impl:DefaultImpl._exec"


@pytest.mark.parametrize("count", [1, 3, 5])
def test_the_next_start_finishes(tmp_path: Path, count: int) -> None:
    at = Ground(Stage(tmp_path))
    try:
        for service in ("review", "retrainer"):
            at.stage.start(service, Crash(STATEMENT, count, after=True))
            at.stage.running[service].join(PATIENCE_SECONDS)
            assert at.stage.running[service].exitcode == -9
        at.begin()
        at.send(5)
        at.settle()
    finally:
        at.end()
