"""A queue never lies: whatever people do in whatever order, and wherever the process dies."""

import os
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.machines import grounds
from tests.machines.machine import QueueMachine
from tests.machines.mutants import MUTANTS

EXAMPLES = int(os.environ.get("MACHINE_EXAMPLES", "40"))
STEPS = 40
MUTANT_EXAMPLES = 900
"""Few are needed as a rule; only a fault that is not seen needs all."""


def examine(examples: int, *phases: Phase) -> None:
    run_state_machine_as_test(
        QueueMachine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            database=None,
            phases=phases,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.fixture(autouse=True)
def ground(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with grounds.sqlite() as new_database:
        monkeypatch.setattr(QueueMachine, "new_database", staticmethod(new_database), raising=False)
        yield


@pytest.mark.parametrize("plant", MUTANTS, ids=lambda plant: plant.__name__)
def test_a_planted_fault_is_seen(
    plant: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    with pytest.raises(AssertionError):
        examine(MUTANT_EXAMPLES, Phase.generate)


def test_the_queue_keeps_its_promises() -> None:
    examine(EXAMPLES, Phase.generate)
