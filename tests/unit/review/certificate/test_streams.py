"""Short streams through the rules as the benchmark plays them; people are prompt, late, blind."""

import math

import pytest

from benchmarks.certificate.certified import People, Policy, play
from benchmarks.certificate.learners import Hostile, Learner, Logistic
from benchmarks.certificate.outcome import Outcome, Promise
from benchmarks.certificate.policies import Product, Reckless
from benchmarks.certificate.streams import make

EVENTS = 4_000
PROMISE = Promise(alpha=0.1, window=1_000, delta=0.05)


def played(name: str, seed: int = 1, delay: int = 0) -> Outcome:
    stream = make(name, seed, EVENTS)
    return play(stream, Logistic(stream), Product(PROMISE), PROMISE, People(delay))


@pytest.mark.parametrize("name", ["stationary", "inverted", "collapse"])
def test_the_lane_opens_and_every_block_keeps_its_promise(name: str) -> None:
    outcome = played(name)
    assert outcome.oracle < outcome.reviews < 1
    assert max(outcome.blocks) <= PROMISE.budget


def test_easy_streams_need_fewer_reviews() -> None:
    assert played("imbalance").reviews < played("stationary").reviews


def test_late_answers_cost_reviews_not_the_promise() -> None:
    prompt, late = (played("stationary", delay=delay) for delay in (0, 200))
    assert prompt.reviews < late.reviews < 1
    assert max(late.blocks) <= PROMISE.budget


def share_broken(policy: Policy, learner: Learner, people: People) -> float:
    blocks: list[int] = []
    for seed in range(25):
        blocks += play(make("stationary", seed, EVENTS), learner, policy, PROMISE, people).blocks
    return sum(wrong > PROMISE.budget for wrong in blocks) / len(blocks)


MOST = 0.05 + 3 * math.sqrt(0.05 * 0.95 / 500)


@pytest.mark.parametrize(("delay", "missed"), [(0, 0.0), (100, 0.0), (0, 0.2)])
def test_the_gate_alone_holds_a_model_that_is_always_wrong(delay: int, missed: float) -> None:
    policy = Reckless(PROMISE, missed)
    assert share_broken(policy, Hostile(), People(delay, missed)) <= MOST


def test_errors_that_people_overlook_undeclared_break_promises() -> None:
    assert share_broken(Reckless(PROMISE), Hostile(), People(0, 0.3)) > MOST
