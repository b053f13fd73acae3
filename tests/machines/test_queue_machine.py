"""A queue never lies: whatever people do in whatever order, and wherever the process dies."""

import os
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants
from hypothesis.stateful import run_state_machine_as_test

from services.review.domain import reviewers
from services.review.use_cases import marking
from shared.database import Database
from tests.databases import ReviewDatabases
from tests.machines import grounds
from tests.machines.gold_machine import GoldMachine
from tests.machines.machine import QueueMachine
from tests.machines.mutants import MUTANTS
from tests.machines.quality_mutants import QUALITY_MUTANTS, RARE_MUTANTS, STRICT_MUTANTS
from tests.machines.strict_machine import StrictMachine, is_below

EXAMPLES = int(os.environ.get("MACHINE_EXAMPLES", "300"))
POSTGRESQL_EXAMPLES = int(os.environ.get("MACHINE_EXAMPLES", "20"))
STEPS = 40
PARTS = 6
"""So that several may be played at the same time."""
MUTANT_EXAMPLES = 900
"""Few are needed as a rule; only a fault that is not seen needs all."""
ALL_MUTANTS = "MACHINE_MUTANTS" in os.environ
PLANTED = [
    *((QueueMachine, plant) for plant in MUTANTS),
    *((GoldMachine, plant) for plant in QUALITY_MUTANTS),
    *((GoldMachine, plant) for plant in RARE_MUTANTS if ALL_MUTANTS),
    *((StrictMachine, plant) for plant in STRICT_MUTANTS),
]


def examine(machine: type[QueueMachine], database: Database, examples: int) -> None:
    """Play lives of a project; a machine's name decides which."""
    machine.database = database
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.fixture(autouse=True)
def the_same_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever else has run: Hypothesis also draws numbers that stand in modules loaded so far."""
    cache = type(providers.CONSTANTS_CACHE)(providers.CONSTANTS_CACHE.max_size)
    monkeypatch.setattr(providers, "CONSTANTS_CACHE", cache)
    monkeypatch.setattr(providers, "_get_local_constants", Constants)


@pytest.fixture(autouse=True)
def a_wrong_answer_is_doubt_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lives are too short for statistics, of which the machine is no judge."""
    monkeypatch.setattr(reviewers, "is_below", is_below)
    monkeypatch.setattr(marking, "is_below", is_below)


@pytest.fixture
def on_sqlite() -> Iterator[Database]:
    with grounds.on_sqlite() as database:
        yield database


@pytest.mark.parametrize(("machine", "plant"), PLANTED, ids=lambda given: given.__name__)
def test_a_planted_fault_is_seen(
    machine: type[QueueMachine],
    plant: Callable[[pytest.MonkeyPatch], None],
    on_sqlite: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plant(monkeypatch)
    with pytest.raises(AssertionError):
        examine(machine, on_sqlite, MUTANT_EXAMPLES)


@pytest.mark.parametrize("part", range(PARTS))
def test_the_queue_keeps_its_promises(part: int, on_sqlite: Database) -> None:
    examine(a_part(part), on_sqlite, EXAMPLES // PARTS)


@pytest.mark.parametrize("part", [PARTS, PARTS + 1])
def test_it_keeps_them_on_postgresql(part: int, review_databases: ReviewDatabases) -> None:
    database = review_databases.on_postgresql()
    examine(a_part(part), database, POSTGRESQL_EXAMPLES // 2)
    database.close()


def a_part(number: int) -> type[QueueMachine]:
    """The same machine under another name, which plays other lives.

    Every second one has gold, and every second of these pauses people by the rules.
    """
    machine = (QueueMachine, GoldMachine, QueueMachine, StrictMachine)[number % 4]
    return type(f"{machine.__name__}{number}", (machine,), {})
