"""What a replay of the record finds out."""

import pytest

from services.review.domain.certificate.block import End, Terms
from services.review.domain.certificate.gate import Ruling
from services.review.domain.certificate.replay import (
    Answered,
    Began,
    Corrected,
    Ended,
    Fact,
    Replay,
    Ruled,
)

TERMS = Terms(alpha=1.0, window=4, delta=0.3, floor=0.5)


def ruled(name: str, draw: float, ruling: tuple[float, bool, bool], *, score: float = 0.1) -> Ruled:
    probability, review, counted = ruling
    return Ruled(
        "stays", name, "stay", 1, score, draw, Ruling(True, probability, review, counted, 1, 0.2)
    )


ESCAPE = (0.5, False, False)
AUDIT = (0.5, True, True)
OUTSIDE = Ruling(False, 1.0, True, False, 1, 0.2)
BEGUN = Began("stays", 1, TERMS)
SAID_STAY = Corrected("a", "stay")
FULL = [ruled(f"f{number}", 0.9, ESCAPE) for number in range(4)]


def test_answers_that_are_taken_back_and_given_otherwise() -> None:
    replay = Replay()
    replay.take([BEGUN, ruled("a", 0.1, AUDIT), ruled("b", 0.1, AUDIT)])
    replay.take([Corrected("a", "leave"), Answered("a", True), Answered("a", None)])
    replay.take([Corrected("a", "stay"), Answered("a", False)])
    (block,) = replay.blocks["stays"]
    assert replay.contradictions == []
    assert (block.found, block.checked, block.pending) == (0, 1, 1)


def test_an_event_outside_of_the_lane_needs_no_block() -> None:
    replay = Replay()
    replay.take([Ruled("stays", "e", "stay", 1, 0.9, 0.9, OUTSIDE)])
    assert replay.contradictions == []


def test_a_policy_ends_a_block() -> None:
    replay = Replay()
    replay.take([BEGUN, Ended("stays", 1, End.POLICY), Began("stays", 2, TERMS)])
    assert replay.contradictions == []
    assert replay.blocks["stays"][0].end is End.POLICY


@pytest.mark.parametrize(
    ("facts", "contradiction"),
    [
        ([ruled("e", 0.9, ESCAPE)], "names a block that was not in force"),
        ([BEGUN, ruled("e", 0.1, ESCAPE)], "was not routed as its coin fell"),
        ([BEGUN, ruled("e", 0.1, (0.5, True, False))], "is not counted as its coin fell"),
        ([BEGUN, ruled("e", 0.9, (0.4, False, False))], "was audited with less than 0.5"),
        ([BEGUN, ruled("e", 0.9, ESCAPE, score=0.3)], "above its threshold"),
        (
            [BEGUN, Ruled("stays", "e", "stay", 1, 0.9, 0.9, OUTSIDE._replace(review=False))],
            "outside",
        ),
        ([BEGUN, *FULL, ruled("e", 0.9, ESCAPE)], "while the gate was shut"),
        ([BEGUN, Began("stays", 2, TERMS)], "before the last one's end"),
        ([Began("stays", 2, TERMS)], "out of turn"),
        ([BEGUN, Ended("stays", 2, End.POLICY)], "did not end as 'policy'"),
        ([BEGUN, Ended("stays", 1, End.TRIP)], "did not end as 'trip'"),
        ([BEGUN, ruled("a", 0.1, AUDIT), SAID_STAY, Answered("a", True)], "counts otherwise"),
    ],
)
def test_what_breaks_the_rules_is_told(facts: list[Fact], contradiction: str) -> None:
    replay = Replay()
    replay.take(facts)
    assert any(contradiction in told for told in replay.contradictions)
