"""When votes decide."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.review.domain.quality import Opinion, Skill
from services.review.domain.voting import VerdictKind, VoteRule, verdict
from tests.unit.review.test_quality import LABELS, ONE_OF_THEM, OPINIONS, SHARES, skilled

RULES = st.tuples(st.integers(1, 4), st.integers(0, 4), st.floats(0.3, 1)).map(
    lambda drawn: VoteRule(drawn[0], drawn[0] + drawn[1], drawn[2])
)
GOOD, POOR = skilled(97, 3), skilled(60, 40)
UPTO_THREE = VoteRule(least=1, most=3, agree_at=0.95)


def unknown(*said: str) -> list[Opinion]:
    return [Opinion(Skill(), label) for label in said]


def test_one_vote_of_a_good_reviewer_is_enough() -> None:
    decided = verdict(LABELS, [Opinion(GOOD, "a")], UPTO_THREE)
    assert (decided.kind, decided.label, decided.wanted) == (VerdictKind.DECIDED, "a", 0)


def test_a_poor_reviewer_is_asked_to_be_joined() -> None:
    more = verdict(LABELS, [Opinion(POOR, "a")], UPTO_THREE)
    assert (more.kind, more.label, more.wanted) == (VerdictKind.MORE, None, 1)


def test_the_least_number_is_asked_for_at_once() -> None:
    rule = VoteRule(least=3, most=5, agree_at=0.9)
    assert [verdict(LABELS, unknown(*"aaa"[:votes]), rule).wanted for votes in range(4)] == [
        3,
        2,
        1,
        0,
    ]


def test_unknown_reviewers_who_all_differ_go_to_a_lead() -> None:
    disagreed = verdict(LABELS, unknown("a", "b", "c"), UPTO_THREE)
    assert (disagreed.kind, disagreed.label) == (VerdictKind.DISAGREED, None)


@given(OPINIONS.filter(bool), SHARES)
def test_where_one_vote_is_all_it_decides(
    opinions: list[Opinion], shares: dict[str, float]
) -> None:
    rule = VoteRule(least=1, most=1, agree_at=1.0)
    decided = verdict(LABELS, opinions[:1], rule, shares)
    assert (decided.kind, decided.label) == (VerdictKind.DECIDED, opinions[0].said)


@given(OPINIONS, RULES, SHARES)
def test_the_rule_is_kept(
    opinions: list[Opinion], rule: VoteRule, shares: dict[str, float]
) -> None:
    given_verdict = verdict(LABELS, opinions, rule, shares)
    votes, single = len(opinions), rule.is_single and len(opinions) == 1
    if votes < rule.least:
        assert given_verdict.kind is VerdictKind.MORE
        assert given_verdict.wanted == rule.least - votes
    if given_verdict.kind is VerdictKind.DECIDED and not single:
        assert given_verdict.label is not None
        agreed = given_verdict.probabilities[given_verdict.label]
        assert agreed == max(given_verdict.probabilities.values()) >= rule.agree_at
    if votes >= rule.most:
        assert given_verdict.kind is not VerdictKind.MORE
    if given_verdict.kind is VerdictKind.DISAGREED:
        assert votes >= rule.most
    assert (given_verdict.wanted > 0) == (given_verdict.kind is VerdictKind.MORE)
    assert votes + given_verdict.wanted <= max(rule.most, votes)
    assert (given_verdict.label is not None) == (given_verdict.kind is VerdictKind.DECIDED)


@given(OPINIONS, RULES, SHARES, st.randoms(use_true_random=False))
def test_the_order_of_votes_makes_no_difference(
    opinions: list[Opinion], rule: VoteRule, shares: dict[str, float], chance: random.Random
) -> None:
    shuffled = [*opinions]
    chance.shuffle(shuffled)
    assert verdict(LABELS, shuffled, rule, shares) == verdict(LABELS, opinions, rule, shares)


@given(st.permutations(LABELS), ONE_OF_THEM, ONE_OF_THEM, st.integers(1, 3))
def test_a_tie_is_never_decided(labels: list[str], one: str, other: str, each: int) -> None:
    rule = VoteRule(least=1, most=2 * each, agree_at=0.3)
    tied = verdict(labels, unknown(*[one, other] * each), rule)
    assert (tied.kind is VerdictKind.DECIDED) == (one == other)


@pytest.mark.parametrize("labels", [["only"], LABELS])
def test_without_votes_nothing_is_decided(labels: list[str]) -> None:
    often = {labels[0]: 1.0}
    assert verdict(labels, [], UPTO_THREE, often).kind is VerdictKind.MORE
