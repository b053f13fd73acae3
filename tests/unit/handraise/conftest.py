import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from handraise.ports import free_ports
from handraise.services import Service
from tests.unit.handraise.fake_review import TOKEN, FakeReview, serving

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


@pytest.fixture
def review(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeReview]:
    """The installation that commands reach, and nothing else of the environment."""
    for name in [name for name in os.environ if name.startswith("HANDRAISE_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    with serving(FakeReview()) as review:
        monkeypatch.setenv("HANDRAISE_URL", review.url)
        monkeypatch.setenv("HANDRAISE_TOKEN", TOKEN)
        yield review


def eventually(condition: Callable[[], object], seconds: float = 20.0) -> None:
    """Waits until something holds; the limit only ends a test that has failed."""
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "it never happened"
        time.sleep(0.02)
