"""Blocks, their audits and the answers to these, on every store."""

from dataclasses import replace
from datetime import timedelta

from services.review.domain.certificate.block import Block, End, Terms
from services.review.ports import Audit, AuditAnswer, ProjectState, Store
from tests.builders import NOON, a_project

TERMS = Terms(alpha=0.05, window=100, delta=0.05, floor=0.1, miss_rate=0.2)
STAY, LEAVE = "label=stay", "label=leave"


def test_a_block_is_kept_as_it_stands(store: Store) -> None:
    block = Block(1, TERMS)
    with store.write() as transaction:
        transaction.blocks.put("churn", STAY, block, NOON)
        transaction.blocks.put("other", STAY, Block(7, TERMS), NOON)
    block.accepted, block.checked, block.found, block.pending, block.versions = 5, 3, 1, 2, (3, 4)
    with store.write() as transaction:
        transaction.blocks.put("churn", STAY, block, NOON + timedelta(seconds=1))
    with store.read() as transaction:
        assert transaction.blocks.newest("churn") == {STAY: block}
        ((_, dated),) = transaction.blocks.page("churn", 10, None)
    assert (dated.began_at, dated.ended_at) == (NOON, None)


def test_the_newest_of_each_lane(store: Store) -> None:
    first, second, other = Block(1, TERMS, end=End.FULL), Block(2, TERMS), Block(1, TERMS)
    with store.write() as transaction:
        for lane, block in ((STAY, first), (STAY, second), (LEAVE, other)):
            transaction.blocks.put("churn", lane, block, NOON)
    with store.read() as transaction:
        assert transaction.blocks.newest("churn") == {STAY: second, LEAVE: other}
        assert transaction.blocks.newest("other") == {}
        assert transaction.blocks.some("churn", {(STAY, 1), (STAY, 9)}) == {STAY: [first]}


def test_pages_go_back_in_time(store: Store) -> None:
    with store.write() as transaction:
        for number in (1, 2, 3):
            transaction.blocks.put("churn", STAY, Block(number, TERMS), NOON)
    with store.read() as transaction:
        newest = transaction.blocks.page("churn", 2, None)
        rest = transaction.blocks.page("churn", 2, newest[-1][0])
    assert [dated.block.number for _, dated in [*newest, *rest]] == [3, 2, 1]


def test_an_end_keeps_its_time(store: Store) -> None:
    block, later = Block(1, TERMS, pending=1), NOON + timedelta(hours=1)
    with store.write() as transaction:
        transaction.blocks.put("churn", STAY, block, NOON)
        block.end = End.TRIP
        transaction.blocks.put("churn", STAY, block, later)
        block.settle(wrong=False)
        transaction.blocks.put("churn", STAY, block, later + timedelta(hours=1))
    with store.read() as transaction:
        ((_, dated),) = transaction.blocks.page("churn", 10, None)
        assert transaction.blocks.newest("churn") == {STAY: block}
    assert (dated.began_at, dated.ended_at, dated.block.pending) == (NOON, later, 0)


def test_audits_are_known_by_their_event(store: Store) -> None:
    audits = [Audit(f"e{number}", STAY, 1) for number in range(20)]
    with store.write() as transaction:
        transaction.blocks.drawn("churn", audits)
    with store.write() as transaction:
        transaction.blocks.settle("churn", replace(audits[0], wrong=True, answers=1))
    with store.read() as transaction:
        found = transaction.blocks.audits("churn", {"e0", "e1", "unknown"})
        assert transaction.blocks.audits("other", {"e0"}) == {}
    assert found == {"e0": Audit("e0", STAY, 1, True, 1), "e1": Audit("e1", STAY, 1)}


def test_answers_are_taken_once_and_in_order(store: Store) -> None:
    answers = [
        AuditAnswer("e1", True, NOON),
        AuditAnswer("e1", None, NOON),
        AuditAnswer("e2", False, NOON),
    ]
    with store.write() as transaction:
        for answer in answers:
            transaction.blocks.answer("churn", answer)
        transaction.blocks.answer("other", AuditAnswer("e9", False, NOON))
    with store.write() as transaction:
        taken = [*transaction.blocks.take_answers("churn", 2)]
        taken += transaction.blocks.take_answers("churn", 2)
        assert taken == answers
        assert not transaction.blocks.take_answers("churn", 2)


def test_projects_are_locked_by_name(store: Store) -> None:
    state = ProjectState(a_project("churn"), 1)
    with store.write() as transaction:
        transaction.projects.put(state)
        transaction.projects.put(ProjectState(a_project("other"), 1))
    with store.write() as transaction:
        assert transaction.projects.lock({"churn", "unknown"}) == [state]
