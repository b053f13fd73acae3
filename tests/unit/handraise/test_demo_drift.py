"""Whether a demo sees that automation survived a turn of the world, or did not."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from handraise.client import Certificate, Verification
from handraise.demo.data import find_demo
from handraise.demo.drift import judge_turn
from handraise.demo.observer import Tally
from handraise.demo.parcels import SHELVES, TURN
from handraise.project_file import read_project

AT = datetime(2026, 1, 1, tzinfo=UTC)
ORDER = [f"e{number}" for number in range(6000)]
TURNED = 2500
LANE = "label=left/1"


def a_certificate() -> Certificate:
    return Certificate(
        name=LANE,
        label="left",
        slices={},
        statement="",
        error_rate=0.1,
        confidence=0.95,
        window=2000,
        budget=200,
        credits=20,
        accepted=1000,
        checked=50,
        found=3,
        pending=0,
        gate=True,
        versions=[1],
        began_at=AT,
        ended_at=None,
        end=None,
    )


def seen(alone: list[tuple[int, int]], wrong: int = 10) -> Tally:
    """A tally in which the model decided these stretches alone."""
    return Tally(
        truth={},
        alone={event for start, end in alone for event in ORDER[start:end]},
        escaped=Counter({LANE: wrong}),
    )


GOOD = [(1500, 2500), (5000, 6000)]


@pytest.mark.parametrize(
    ("tally", "contradictions", "broken"),
    [
        (seen(GOOD), [], []),
        (seen([(1500, 2500), (2900, 6000)]), [], []),
        (seen([(0, 6000)]), [], [0]),
        (seen(GOOD), ["the coin of event 'e1' was changed"], [2]),
        (seen([(1500, 2500)]), [], [3]),
        (seen([]), [], [0, 3]),
    ],
)
def test_a_turn_is_judged(tally: Tally, contradictions: list[str], broken: list[int]) -> None:
    verification = Verification(project="drift", entries=9, blocks=1, contradictions=contradictions)
    verdicts = judge_turn(tally, ORDER, TURNED, ([a_certificate()], verification))
    assert [place for place, verdict in enumerate(verdicts) if not verdict.holds] == broken


@pytest.mark.parametrize(("blocks", "holds"), [(1, True), (2, False)])
def test_one_block_may_break_its_promise_but_not_all(blocks: int, holds: bool) -> None:
    verification = Verification(project="drift", entries=9, blocks=1, contradictions=[])
    certificates = [a_certificate().model_copy(update={"confidence": 0.99})] * blocks
    verdict = judge_turn(seen(GOOD, 201), ORDER, TURNED, (certificates, verification))[1]
    assert verdict.holds is holds
    assert f"0 of {blocks} blocks kept" in verdict.statement


def test_without_a_certificate_nothing_is_kept() -> None:
    verification = Verification(project="drift", entries=9, blocks=0, contradictions=[])
    assert not judge_turn(seen(GOOD), ORDER, TURNED, ([], verification))[1].holds


def test_the_shelves_are_swapped_at_the_turn() -> None:
    demo = find_demo("drift")
    project = read_project(demo.project_file)
    examples = demo.examples()
    assert demo.turn == TURN
    assert project.labels == SHELVES
    assert [e.event.event_id for e in examples[:2]] == ["drift-00000", "drift-00001"]
    assert examples[0].event.features.keys() == project.fields.keys()
    heavy = [e for e in examples if e.event.features["weight_kg"] > 8]  # type: ignore[operator]
    for stretch, shelf in ((heavy[:50], "right"), (heavy[-50:], "left")):
        assert sum(e.label == shelf for e in stretch) > 40
