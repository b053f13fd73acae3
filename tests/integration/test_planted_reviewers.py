"""Planted reviewers work a real queue, on a SQLite file: who is good is found out."""

from collections.abc import Iterator
from statistics import fmean

import pytest

from services.review.domain.ledger import Kind
from tests.planted_queue import ANSWERS, GOLD, ITEMS, PLANTED, Played, a_file, play

SEED = 11


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    with a_file(tmp_path_factory.mktemp("planted")) as store:
        yield play(store, SEED)


def test_the_clicker_alone_is_paused(played: Played) -> None:
    assert played.paused.keys() == {"clicker"}
    assert played.paused["clicker"] < ANSWERS


def test_accuracies_are_near_what_was_planted(played: Played) -> None:
    reports = played.reports()
    good = [name for name in PLANTED if name != "clicker"]
    errors = [abs(reports[name].accuracy.mean - PLANTED[name]) for name in good]
    assert fmean(errors) < 0.05, errors
    assert all(reports[name].gold.seen >= 12 for name in good)
    assert {played.answers(name) for name in good} == {ANSWERS}


def test_decisions_are_right_and_answers_are_spared(played: Played) -> None:
    settled = [item for item in played.items("item") if item.settled]
    right = fmean(item.label == played.truths[item.event_id] for item in settled)
    assert len(settled) > ITEMS / 2
    assert right > 0.82
    assert fmean(item.votes for item in settled) <= 0.6 * 3
    # and nothing was ever done to the events that gold was copied from
    assert {item.votes for item in played.items("gold")} == {1}
    with played.store.read() as transaction:
        counted = transaction.ledger.tally("churn")
    marked = sum(n for (kind, _), n in counted.items() if kind is Kind.GOLD_ANSWERED)
    votes = sum(n for (kind, _), n in counted.items() if kind is Kind.VOTED)
    assert marked + votes - GOLD == len(played.said)
