"""What is known of reviewers, and what their votes say together."""

import math
import random
from collections.abc import Mapping

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.review.domain.quality import (
    SETTLED_WEIGHT,
    Opinion,
    Skill,
    accuracy,
    learned,
    likelihood,
    posterior,
)

LABELS = ["a", "b", "c", "d", "e"]
ONE_OF_THEM = st.sampled_from(LABELS)
SKILLS = st.builds(
    Skill,
    st.dictionaries(ONE_OF_THEM, st.dictionaries(ONE_OF_THEM, st.floats(0.001, 500), min_size=1)),
)
OPINIONS = st.lists(st.builds(Opinion, SKILLS, ONE_OF_THEM), max_size=8)
SHARES = st.dictionaries(ONE_OF_THEM, st.floats(0, 100))


def skilled(right: float, wrong: float, labels: list[str] = LABELS) -> Skill:
    """Somebody with so many right and wrong answers on each label."""
    others = len(labels) - 1
    return Skill(
        {
            truth: {said: right if said == truth else wrong / others for said in labels}
            for truth in labels
        }
    )


@given(SKILLS, ONE_OF_THEM)
def test_whatever_is_true_something_is_said(skill: Skill, truth: str) -> None:
    said = [likelihood(skill, truth, said, LABELS) for said in LABELS]
    assert all(0 < chance < 1 for chance in said)
    assert sum(said) == pytest.approx(1)


@given(OPINIONS, SHARES)
def test_a_posterior_is_a_distribution(opinions: list[Opinion], shares: dict[str, float]) -> None:
    probabilities = posterior(LABELS, opinions, shares)
    assert list(probabilities) == LABELS
    assert all(p > 0 for p in probabilities.values())
    assert sum(probabilities.values()) == pytest.approx(1)


@given(OPINIONS, SHARES, st.randoms(use_true_random=False))
def test_the_order_of_votes_and_labels_makes_no_difference(
    opinions: list[Opinion], shares: dict[str, float], chance: random.Random
) -> None:
    shuffled, labels = [*opinions], [*LABELS]
    chance.shuffle(shuffled)
    chance.shuffle(labels)
    assert posterior(labels, shuffled, shares) == posterior(LABELS, opinions, shares)


@given(OPINIONS)
def test_the_posterior_is_bayes_rule(opinions: list[Opinion]) -> None:
    masses = {
        truth: math.prod(likelihood(o.skill, truth, o.said, LABELS) for o in opinions)
        for truth in LABELS
    }
    total = sum(masses.values())
    expected = {truth: mass / total for truth, mass in masses.items()}
    assert posterior(LABELS, opinions) == pytest.approx(expected)


@given(OPINIONS, ONE_OF_THEM)
def test_a_vote_of_an_unknown_reviewer_speaks_for_its_label(
    opinions: list[Opinion], said: str
) -> None:
    before = posterior(LABELS, opinions)[said]
    after = posterior(LABELS, [*opinions, Opinion(Skill(), said)])[said]
    assert after >= before or after == pytest.approx(before)


def test_better_reviewers_weigh_more() -> None:
    good, poor = skilled(95, 5), skilled(60, 40)
    opinions = [Opinion(good, "a"), Opinion(poor, "b"), Opinion(poor, "c")]
    assert posterior(LABELS, opinions)["a"] > 0.7


def test_who_answers_at_random_says_nothing() -> None:
    clicker = skilled(200, 800)
    assert max(posterior(LABELS, [Opinion(clicker, "a")]).values()) < 0.25


def test_a_known_mix_up_is_seen_through() -> None:
    """Who always takes b for a says "b" with their "a"."""
    mixed_up = Skill({"a": {"a": 50.0}, "b": {"a": 50.0}})
    probabilities = posterior(LABELS, [Opinion(mixed_up, "a")])
    assert probabilities["a"] == pytest.approx(probabilities["b"], rel=0.4)
    assert probabilities["b"] > 0.3


def test_many_sure_votes_leave_every_label_possible() -> None:
    sure = skilled(1e6, 0)
    opinions = [Opinion(sure, "a")] * 200
    probabilities = posterior(LABELS, opinions, {"a": 1.0})
    assert probabilities["a"] == pytest.approx(1)
    assert min(probabilities.values()) > 0


def test_a_rare_label_can_win() -> None:
    never_seen = {"a": 1_000.0}
    opinions = [Opinion(skilled(99, 1), "b")] * 2
    assert max(posterior(LABELS, opinions, never_seen).items(), key=lambda pair: pair[1])[0] == "b"


def test_a_vote_for_a_retired_label_says_nothing() -> None:
    assert posterior(LABELS, [Opinion(Skill(), "retired")]) == posterior(LABELS, [])


def test_what_was_said_of_retired_labels_is_left_out() -> None:
    skill = Skill({"a": {"a": 30.0, "retired": 70.0}})
    assert sum(likelihood(skill, "a", said, LABELS) for said in LABELS) == pytest.approx(1)


def test_a_single_label_is_certain() -> None:
    assert posterior(["only"], [Opinion(Skill(), "only")]) == {"only": 1.0}
    estimate = accuracy(Skill(), ["only"])
    assert (estimate.low, estimate.mean, estimate.high) == (1, 1, 1)


@given(SKILLS)
def test_a_skill_is_kept_whole(skill: Skill) -> None:
    kept = skill.to_json()
    assert Skill.from_json(kept) == skill
    assert Skill.from_json(kept).to_json() == kept


def test_the_text_does_not_depend_on_the_order_of_learning() -> None:
    one = Skill({"a": {"a": 1.0, "b": 2.0}, "b": {"b": 3.0}})
    other = Skill({"b": {"b": 3.0}, "a": {"b": 2.0, "a": 1.0}})
    assert one.to_json() == other.to_json()


@pytest.mark.parametrize("text", ["", "[]", '{"a": 1}', '{"a": {"b": "c"}}'])
def test_what_is_no_skill_is_refused(text: str) -> None:
    with pytest.raises(msgspec.DecodeError):
        Skill.from_json(text)


@given(SKILLS, ONE_OF_THEM, ONE_OF_THEM)
def test_gold_moves_belief_towards_what_was_said(skill: Skill, truth: str, said: str) -> None:
    after = learned(skill, said, {truth: 1.0})
    before = likelihood(skill, truth, said, LABELS)
    assert likelihood(after, truth, said, LABELS) >= before - 1e-3


@given(SKILLS, ONE_OF_THEM, OPINIONS)
def test_an_answer_counts_once_and_older_ones_fade(
    skill: Skill, said: str, opinions: list[Opinion]
) -> None:
    truth = posterior(LABELS, opinions)
    after = learned(skill, said, truth, SETTLED_WEIGHT)
    assert after.answered == pytest.approx(0.999 * skill.answered + SETTLED_WEIGHT, abs=0.05)
    assert skill.counts is not after.counts


def test_a_careless_turn_is_noticed() -> None:
    skill = skilled(190, 10)
    for number in range(1_000):
        skill = learned(skill, LABELS[(number * 7 + 1) % 5], {LABELS[number % 5]: 1.0})
    assert accuracy(skill, LABELS).mean < 0.55


def test_a_thousand_labels_stay_small_and_teach_one_another() -> None:
    labels = [f"label {number}" for number in range(1_000)]
    chance = random.Random(4)  # noqa: S311 - test data
    clicker = Skill()
    for _ in range(300):
        truth, said = chance.choice(labels), chance.choice(labels)
        leftover: Mapping[str, float] = dict.fromkeys(labels, 0.00005)
        clicker = learned(clicker, said, {**leftover, truth: 0.95})
    assert sum(len(row) for row in clicker.counts.values()) <= 300
    assert accuracy(clicker, labels).mean < 0.1


@given(SKILLS, SHARES)
def test_an_interval_holds_its_mean(skill: Skill, shares: dict[str, float]) -> None:
    estimate = accuracy(skill, LABELS, shares)
    assert 0 <= estimate.low <= estimate.mean <= estimate.high <= 1


def test_intervals_hold_the_truth() -> None:
    """Reviewers drawn at random, 60 gold answers each: about 95 % of intervals hold."""
    chance = random.Random(11)  # noqa: S311 - test data
    held = 0
    for _ in range(400):
        truly, skill = chance.uniform(0.5, 0.98), Skill()
        for number in range(60):
            right = chance.random() < truly
            said = LABELS[number % 5] if right else LABELS[(number + chance.randrange(1, 5)) % 5]
            skill = learned(skill, said, {LABELS[number % 5]: 1.0})
        estimate = accuracy(skill, LABELS)
        held += estimate.low <= truly <= estimate.high
    assert 0.91 <= held / 400 <= 0.99


def test_frequent_labels_count_more() -> None:
    good_at_a = Skill({"a": {"a": 100.0}, "b": {"b": 50.0, "c": 50.0}})
    often_a = accuracy(good_at_a, LABELS, {"a": 9.0, "b": 1.0})
    often_b = accuracy(good_at_a, LABELS, {"a": 1.0, "b": 9.0})
    assert often_a.mean > often_b.mean + 0.2
