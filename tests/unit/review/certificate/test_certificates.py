"""Reading certificates, and counting them again from the record."""

from dataclasses import replace

import pytest

from services.review.domain.certificate.block import Block, End, Terms
from services.review.domain.certificate.overlooking import overlooking
from services.review.domain.certificate.words import statement
from services.review.domain.gold import Score
from services.review.domain.ledger import Kind
from services.review.domain.votes import Answer
from services.review.errors import NotFound
from services.review.use_cases.certificates import ReadCertificates
from tests.builders import NOON
from tests.fakes.review_workers import KEY
from tests.unit.review.certificate.test_blocks import STAY, Line
from tests.unit.review.voting_desk import ADA


@pytest.fixture
def line() -> Line:
    """A full block, an audit in each, one of them answered otherwise the second time."""
    line = Line()
    line.audited()
    outcome = line.say(ADA, "leave")
    line.escapes(4)
    again = line.undo(outcome.item_id, ADA)
    line.decide(again.lease.id, ADA, Answer("stay"), 0)
    line.escapes(8)
    return line


def contradictions(line: Line) -> str:
    verified = ReadCertificates(line.store, KEY).verify("churn")
    return "; ".join(verified.contradictions)


def change(line: Line, kind: Kind, old: str, new: str) -> None:
    rows = line.store.kept.ledger.rows
    place = next(i for i, (_, e) in enumerate(rows) if e.kind is kind and old in e.body)
    project, entry = rows[place]
    rows[place] = project, replace(entry, body=entry.body.replace(old, new))


def test_the_ledger_alone_gives_the_same_blocks(line: Line) -> None:
    verified = ReadCertificates(line.store, KEY).verify("churn")
    assert verified.contradictions == []
    assert verified.blocks == 2


def test_all_blocks_together_come_to_what_each_says(line: Line) -> None:
    found = ReadCertificates(line.store, KEY).promised("churn")
    assert (found.blocks, found.full, found.tripped) == (2, 1, 0)
    assert (found.accepted, found.bound, found.checked, found.found) == (12, 7, 1, 0)
    assert [len(found.current), len(found.ended)] == [1, 1]
    assert found.escapes.low <= found.escapes.estimate < found.escapes.high <= 12
    with pytest.raises(NotFound):
        ReadCertificates(line.store, KEY).promised("nowhere")


def test_another_key_can_say_nothing_of_coins(line: Line) -> None:
    assert ReadCertificates(line.store, b"other").verify("churn").contradictions == []


def test_a_changed_coin_is_seen(line: Line) -> None:
    change(line, Kind.ROUTED, '"draw":0.', '"draw":0.9')
    assert "the coin of event" in contradictions(line)


def test_an_error_made_right_afterwards_is_seen(line: Line) -> None:
    change(line, Kind.AUDITED, '"wrong": false', '"wrong": true')
    assert "the ledger gives" in contradictions(line)


def test_an_audit_that_counts_otherwise_than_people_said_is_seen(line: Line) -> None:
    change(line, Kind.CORRECTED, '"label":"stay"', '"label":"leave"')
    assert "counts otherwise than people decided" in contradictions(line)


def test_other_terms_are_seen(line: Line) -> None:
    change(line, Kind.BLOCK_BEGAN, '"window": 10', '"window": 5')
    assert "did not end as" in contradictions(line) or "gate was shut" in contradictions(line)


def test_a_block_that_the_ledger_does_not_know_is_seen(line: Line) -> None:
    with line.store.write() as transaction:
        transaction.blocks.put("churn", "label=leave", Block(1, line.block().terms), NOON)
    assert "block 1 of 'label=leave'" in contradictions(line)


def test_pages_go_back_in_time(line: Line) -> None:
    read = ReadCertificates(line.store, KEY)
    newest = read.page("churn", 1, None)
    assert newest.last is not None
    older = read.page("churn", 1, newest.last.sequence)
    found = [*newest.items, *older.items]
    assert [(c.dated.lane, c.dated.block.number) for c in found] == [(STAY, 2), (STAY, 1)]
    assert older.last is None


def test_an_unknown_project_has_none(line: Line) -> None:
    read = ReadCertificates(line.store, KEY)
    with pytest.raises(NotFound):
        read.page("other", 5, None)
    with pytest.raises(NotFound):
        read.verify("other")


@pytest.mark.parametrize(
    ("seen", "right", "exceeded"), [(0, 0, False), (20, 19, False), (50, 40, True)]
)
def test_gold_tells_whether_people_overlook_more_than_was_declared(
    line: Line, seen: int, right: int, exceeded: bool
) -> None:
    found = overlooking([Score(seen, right)], declared=0.1)
    assert found.is_exceeded is exceeded
    assert found.low <= found.high
    assert ReadCertificates(line.store, KEY).overlooking("churn").answers == 0


TERMS = Terms(0.05, 10_000, 0.05, 0.07, miss_rate=0.1)


@pytest.mark.parametrize(
    ("block", "says"),
    [
        (Block(1, TERMS, 10, checked=5, found=1), "found 1 error."),
        (Block(1, TERMS), "they overlook 10 % of the errors"),
        (Block(1, TERMS, pending=99), "It rests until checks that wait are answered"),
        (Block(1, TERMS, end=End.TRIP), "it was stopped"),
        (Block(1, Terms(0.05, 20, 0.05, 0.07)), "allow no automatic decision"),
        (Block(1, Terms(0.05, 20, 0.05, 1.0)), "Every case is checked"),
        (Block(1, Terms(1.0, 20, 0.05, 0.1), 7), "Nothing is promised"),
    ],
)
def test_a_block_in_plain_words(block: Block, says: str) -> None:
    assert says in statement(block)
