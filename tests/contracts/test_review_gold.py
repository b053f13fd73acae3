"""What the store of gold must do: in the fake of the unit tests, SQLite and PostgreSQL."""

from dataclasses import replace
from datetime import timedelta

from services.review.domain.gold import Gold, NewGold, Purpose, Score, gold_queue
from services.review.domain.queue import Item
from services.review.domain.votes import Because
from services.review.ports import Hold, Store, Transaction
from tests.builders import NOON, an_item
from tests.contracts.claims import never

MINUTE = timedelta(minutes=1)


def item_of(transaction: Transaction, event_id: str) -> Item:
    item = transaction.items.of_event("churn", event_id)
    assert item is not None
    return item


def marked(transaction: Transaction, *event_ids: str) -> list[Gold]:
    """Events that people have decided and a lead has made gold."""
    transaction.items.add([an_item(event_id) for event_id in event_ids])
    for event_id in event_ids:
        transaction.items.settle(item_of(transaction, event_id).id, "stay", 1)
    return [
        transaction.gold.mark(NewGold("churn", event_id, "stay", "see § 3", "lea", NOON))
        for event_id in event_ids
    ]


def fresh(transaction: Transaction, reviewer: str = "ada") -> list[str]:
    return [gold.event_id for gold in transaction.gold.fresh("churn", reviewer, 10)]


def test_marking_retiring_and_pages(store: Store) -> None:
    with store.write() as transaction:
        one, two = marked(transaction, "a", "b")
        assert (one.label, one.explanation, one.added_by, one.active) == (
            "stay",
            "see § 3",
            "lea",
            True,
        )
        assert transaction.gold.page("churn", 5, None) == [two, one]
        assert transaction.gold.page("churn", 1, None) == [two]
        assert transaction.gold.page("churn", 5, two.id) == [one]
        assert transaction.gold.page("loans", 5, None) == []
        assert transaction.gold.retire("churn", "a")
        assert not transaction.gold.retire("churn", "a")
        assert not transaction.gold.retire("churn", "c")
        assert fresh(transaction) == ["b"]
        again = transaction.gold.mark(NewGold("churn", "a", "stay", None, "leo", NOON))
        assert (again.id, again.active, again.added_by) == (one.id, True, "leo")
        assert fresh(transaction) == ["a", "b"]


def test_gold_is_fresh_for_those_who_have_not_seen_it(store: Store) -> None:
    with store.write() as transaction:
        marked(transaction, "amended", "appealed", "held", "had", "fresh")
        transaction.items.settle(item_of(transaction, "amended").id, "leave", 2)
        item = item_of(transaction, "appealed")
        transaction.items.reopen(item.id, "churn", item.stage, 1)
        held = item_of(transaction, "held")
        transaction.items.reopen(held.id, "churn", held.stage, 1)
        assert transaction.leases.grant_own(held.id, Hold("ada", NOON + MINUTE, never), NOON)
        transaction.items.settle(held.id, "stay", 2)
        had = next(g for g in transaction.gold.page("churn", 9, None) if g.event_id == "had")
        transaction.gold.show(had, "ada", Purpose.EXAM, None, NOON)
        assert fresh(transaction) == ["fresh"]
        assert fresh(transaction, "ben") == ["held", "had", "fresh"]
        assert fresh(transaction, "lea") == []
        assert len(transaction.gold.fresh("churn", "ben", 2)) == 2


def test_questions_of_an_exam_are_counted_from_where_it_began(store: Store) -> None:
    with store.write() as transaction:
        one, two, three = marked(transaction, "a", "b", "c")
        first = transaction.gold.show(one, "ada", Purpose.EXAM, None, NOON)
        assert transaction.gold.open("churn", "ada", Purpose.EXAM) == first
        assert transaction.gold.open("churn", "ada", Purpose.HIDDEN) is None
        assert transaction.gold.open("churn", "ben", Purpose.EXAM) is None
        transaction.gold.keep(replace(first, label="leave", at=NOON))
        assert transaction.gold.open("churn", "ada", Purpose.EXAM) is None
        for gold, at in ((two, NOON + MINUTE), (three, NOON + 2 * MINUTE)):
            turn = transaction.gold.show(gold, "ada", Purpose.EXAM, None, at)
            transaction.gold.keep(replace(turn, label="stay", at=at))
        newest = transaction.gold.newest
        assert newest("churn", "ada", Purpose.EXAM, None, 1000) == [True, True, False]
        assert newest("churn", "ada", Purpose.EXAM, NOON, 1000) == [True, True]
        assert newest("churn", "ada", Purpose.HIDDEN, None, 1000) == []
        assert transaction.gold.get(first.id) == replace(first, label="leave", at=NOON)
        assert fresh(transaction) == []
        assert fresh(transaction, "ben") == ["a", "b", "c"]


def test_a_copy_waits_where_nobody_claims(store: Store) -> None:
    with store.write() as transaction:
        transaction.items.add([an_item("copy", queue=gold_queue("churn"), deadline=NOON)])
        item = item_of(transaction, "copy")
        assert item.queue == "churn.gold"
        assert transaction.leases.candidates("churn", "ada", NOON, NOON, 5) == []
        assert transaction.items.state("churn", NOON).depth == 0


def test_turns_are_answered_and_taken_back(store: Store) -> None:
    with store.write() as transaction:
        one, two = marked(transaction, "a", "b")
        transaction.items.add([an_item("copy", queue=gold_queue("churn"))])
        copy = item_of(transaction, "copy")
        first = transaction.gold.show(one, "ada", Purpose.HIDDEN, copy.id, NOON)
        second = transaction.gold.show(two, "ada", Purpose.HIDDEN, None, NOON)
        assert transaction.gold.given("churn", "ada") == 2
        assert transaction.gold.given("churn", "ben") == 0
        assert transaction.gold.open("churn", "ada", Purpose.HIDDEN) == first
        assert transaction.gold.open("churn", "ada", Purpose.EXAM) is None
        assert transaction.gold.of_item(copy.id) == first
        assert transaction.gold.of_item(copy.id + 1) is None
        answered = replace(first, label="stay", decided=True, at=NOON, lease_id="l")
        transaction.gold.keep(answered)
        assert transaction.gold.get(first.id) == answered
        assert transaction.gold.get(99) is None
        transaction.gold.keep(replace(second, label="leave", at=NOON + MINUTE))
        assert transaction.gold.open("churn", "ada", Purpose.HIDDEN) is None
        newest = transaction.gold.newest
        assert newest("churn", "ada", Purpose.HIDDEN, None, 5) == [False, True]
        assert newest("churn", "ada", Purpose.HIDDEN, None, 1) == [False]
        assert newest("churn", "ada", Purpose.HIDDEN, NOON, 5) == [False]
        assert newest("churn", "ada", Purpose.EXAM, None, 5) == []
        assert transaction.gold.scores("churn") == {"ada": Score(2, 1)}
        transaction.gold.keep(first)
        assert transaction.gold.scores("churn") == {"ada": Score(1, 0)}
        assert transaction.gold.open("churn", "ada", Purpose.HIDDEN) == first
        transaction.votes.pass_on(copy.id, "ada", Because.SKIPPED, None, NOON)
        assert transaction.gold.open("churn", "ada", Purpose.HIDDEN) is None
