"""Planted reviewers through voting and quality, beside Dawid and Skene's own estimator."""

from dataclasses import replace
from statistics import fmean

import numpy as np
import pytest

from services.review.domain.quality import accuracy
from services.review.domain.voting import VoteRule
from tests.dawid_skene import Vote, fit
from tests.planted import Outcome, Plan, fixed_votes, majority, simulate

SEEDS = range(2_000, 2_006)
PLAN = Plan()
EVERYBODY = replace(PLAN, bar=0.0, rule=VoteRule(least=3, most=3, agree_at=0.9), answers=500)


@pytest.fixture(scope="module")
def outcomes() -> list[Outcome]:
    return [simulate(seed, PLAN) for seed in SEEDS]


def offline(outcome: Outcome) -> float:
    shape = (len(outcome.truths), len(PLAN.accuracies), PLAN.labels)
    truth = fit(outcome.votes, shape, outcome.known).truth.argmax(1)
    return fmean(truth[s.item] == outcome.truths[s.item] for s in outcome.settled)


def test_the_reference_finds_what_was_planted() -> None:
    votes, truths = fixed_votes(1, PLAN, items=4_000)
    found = fit(votes, (4_000, 4, 5), known={})
    assert found.accuracies == pytest.approx(PLAN.accuracies, abs=0.05)
    right = float(np.mean(found.truth.argmax(1) == truths))
    assert right > fmean(a == b for a, b in zip(majority(votes, 4_000), truths, strict=True)) + 0.05


def test_the_reference_believes_gold() -> None:
    votes = [Vote(0, reviewer, 1) for reviewer in range(3)]
    assert fit(votes, (1, 3, 2), known={0: 0}).truth[0].tolist() == [1, 0]


def test_online_estimates_are_near_those_of_the_reference() -> None:
    for seed in SEEDS:
        outcome = simulate(seed, EVERYBODY)
        shape = (len(outcome.truths), 4, 5)
        reference = fit(outcome.votes, shape, outcome.known).accuracies
        ours = [accuracy(skill, EVERYBODY.names).mean for skill in outcome.skills]
        assert ours == pytest.approx(reference, abs=0.1)
        assert np.abs(np.subtract(ours, reference)).mean() < 0.05


def test_decisions_are_right_as_often_as_offline(outcomes: list[Outcome]) -> None:
    ours = fmean(outcome.right() for outcome in outcomes)
    assert ours >= fmean(offline(outcome) for outcome in outcomes) - 0.01
    assert ours > 0.88


def test_estimates_are_near_what_was_planted(outcomes: list[Outcome]) -> None:
    errors = [
        abs(estimate.mean - PLAN.accuracies[reviewer])
        for outcome in outcomes
        for reviewer, (estimate, _) in outcome.estimates.items()
    ]
    assert fmean(errors) < 0.05


def test_the_clicker_alone_is_paused(outcomes: list[Outcome]) -> None:
    assert [set(outcome.paused) for outcome in outcomes] == [{3}] * len(outcomes)
    assert max(outcome.paused[3] for outcome in outcomes) < 300


def test_votes_are_spared(outcomes: list[Outcome]) -> None:
    used = fmean(settled.votes for outcome in outcomes for settled in outcome.settled)
    assert 1 < used <= 0.6 * 3


def test_the_same_seed_plays_the_same_game() -> None:
    assert simulate(3, PLAN) == simulate(3, PLAN)
