import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from handraise.services import Service
from handraise.supervisor import LONGEST_DELAY, Supervisor, next_delay
from shared.errors import Misconfigured
from tests.unit.handraise.conftest import MakeService, eventually


@contextmanager
def supervised(*tiers: list[Service]) -> Iterator[tuple[Supervisor, list[str]]]:
    said: list[str] = []
    supervisor = Supervisor(tiers, said.append)
    try:
        supervisor.start(20)
        yield supervisor, said
    finally:
        supervisor.stop()


def test_services_are_ready_after_start_and_gone_after_stop(make_service: MakeService) -> None:
    one, two = make_service("one"), make_service("two")

    with supervised([one], [two]):
        assert one.trouble() is None
        assert two.trouble() is None

    assert one.child.exit_code == 0
    assert two.child.exit_code == 0


def test_a_killed_service_is_started_again_and_the_person_is_told(
    make_service: MakeService,
) -> None:
    service = make_service("scorer")
    with supervised([service]) as (_, said):
        first = service.child.pid
        assert first

        os.kill(first, signal.SIGKILL)

        eventually(lambda: service.child.pid != first and service.trouble() is None)
        eventually(lambda: len(said) == 2)
        assert said == [
            "scorer ended (killed by signal 9); starting it again in 0.2 s",
            "scorer started again",
        ]


def test_a_service_that_ends_by_itself_is_started_again(make_service: MakeService) -> None:
    service = make_service("scorer")
    with supervised([service]) as (_, said):
        first = service.child.pid

        with pytest.raises(httpx.HTTPError):
            httpx.post(service.url)

        eventually(lambda: service.child.pid != first and service.trouble() is None)
        assert "exit code 3" in said[0]


def test_a_service_that_dies_at_start_shows_the_end_of_its_log(make_service: MakeService) -> None:
    broken = make_service("review", "broken")

    with pytest.raises(Misconfigured) as refusal, supervised([broken]):
        pass

    assert "review ended (exit code 1)" in str(refusal.value)
    assert "no such database" in str(refusal.value)


def test_what_started_beside_a_broken_service_is_stopped(make_service: MakeService) -> None:
    good, broken = make_service("scorer"), make_service("review", "broken")

    with pytest.raises(Misconfigured), supervised([good, broken]):
        pass

    assert good.child.exit_code is not None


def test_a_service_that_never_gets_ready_says_why(make_service: MakeService) -> None:
    service = make_service("review", ready="no")
    said: list[str] = []
    supervisor = Supervisor([[service]], said.append)

    with pytest.raises(Misconfigured, match=r"review is not ready: .*it was told so"):
        supervisor.start(3)


def test_a_service_that_does_not_drain_is_killed(
    make_service: MakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handraise.supervisor.DRAIN_SECONDS", 0.2)
    service = make_service("retrainer", "stubborn")

    with supervised([service]) as (_, said):
        pass

    assert service.child.exit_code == -signal.SIGKILL
    assert said == ["retrainer did not finish in time and was killed"]


def test_restarts_become_rarer_up_to_a_limit() -> None:
    delays = [0.0]
    for _ in range(10):
        delays.append(next_delay(delays[-1], lived=1.0))

    assert delays[1:4] == [0.2, 0.4, 0.8]
    assert delays[-1] == LONGEST_DELAY
