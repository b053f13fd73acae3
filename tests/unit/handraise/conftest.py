import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from handraise.ports import free_ports
from handraise.services import Service

FAKE = Path(__file__).parent / "fake_service.py"
MakeService = Callable[..., Service]


@pytest.fixture
def make_service(tmp_path: Path) -> Iterator[MakeService]:
    """Builds services of a few lines; none outlives the test."""
    made: list[Service] = []

    def make(name: str = "fake", *words: str, ready: str = "yes") -> Service:
        [port] = free_ports(1)
        service = Service(
            name,
            url=f"http://127.0.0.1:{port}",
            directory=tmp_path,
            environment={"FAKE_READY": ready},
            command=(sys.executable, str(FAKE), str(port), *words),
        )
        made.append(service)
        return service

    yield make
    for service in made:
        service.child.wait(0)


def eventually(condition: Callable[[], object], seconds: float = 20.0) -> None:
    """Waits until something holds; the limit only ends a test that has failed."""
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "it never happened"
        time.sleep(0.02)
