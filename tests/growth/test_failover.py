"""A primary is killed under load: nothing acknowledged is lost, nothing counts twice."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.growth.load import Load
from tests.growth.nodes import Servers, cluster, watched
from tests.growth.stage import grown
from tests.processes import until


@pytest.mark.parametrize("servers", [cluster, watched], ids=["cluster", "sentinel"])
def test_nothing_acknowledged_is_lost(
    tmp_path: Path, servers: Callable[[Path], AbstractContextManager[Servers]]
) -> None:
    with servers(tmp_path) as there, grown(tmp_path, there) as at:
        load = Load(at, rate=60)
        with load.running():
            until(lambda: len(at.told.acknowledged) >= 48)
            there.kill_primary()
            until(there.has_another)
            there.revive()
            after = len(load.acknowledged_at["redis"])
            until(lambda: len(load.acknowledged_at["redis"]) >= after + 2)
        at.settle()
        assert load.refused > 0
        assert at.stage.deaths == []
