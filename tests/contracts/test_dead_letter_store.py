"""What every store must do with dead letters: the fake of the unit tests, SQLite, PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from services.review.adapters.outbox import OutboxDrain
from services.review.adapters.store import SqlStore
from services.review.domain.dead_letters import LetterState, Selection, Settled
from services.review.ports import Store
from shared.database import Database
from shared.errors import Unavailable
from shared.streams import Keyspace
from tests.builders import NOON
from tests.dead_letters import a_letter

RETRIED = Settled(LetterState.RETRIED, "olga", NOON)
DROPPED = Settled(LetterState.DROPPED, "olga", NOON, "a test")
NOT_UTF8 = bytes(range(256))


def test_a_letter_is_kept_whole(store: Store) -> None:
    letter = a_letter(original=NOT_UTF8, message="\u202ewhat? \U0001f600")
    with store.write() as transaction:
        transaction.dead_letters.add([letter])
    with store.read() as transaction:
        (kept,) = transaction.dead_letters.page(Selection(), 10, None)
        assert transaction.dead_letters.get(kept.id) == kept
        assert transaction.dead_letters.originals([kept.id]) == {kept.id: NOT_UTF8}
        assert transaction.dead_letters.get(kept.id + 1) is None
    for name in ("document_id", "project", "stream", "entry_id", "reason", "error", "message",
                 "attempts", "at"):  # fmt: skip
        assert getattr(kept, name) == getattr(letter, name)
    assert (kept.size, kept.state, kept.settled_by) == (256, LetterState.WAITING, None)


def test_a_letter_is_kept_once(store: Store) -> None:
    letter = a_letter()
    with store.write() as transaction:
        transaction.dead_letters.add([letter])
        assert transaction.dead_letters.known([letter.document_id, "other"]) == {letter.document_id}
    with pytest.raises(Unavailable), store.write() as transaction:
        transaction.dead_letters.add([a_letter(), letter])
    with store.read() as transaction:
        assert len(transaction.dead_letters.page(Selection(), 10, None)) == 1


def test_letters_are_listed_newest_first_page_by_page(store: Store) -> None:
    with store.write() as transaction:
        transaction.dead_letters.add([a_letter(message=str(n)) for n in range(5)])
    with store.read() as transaction:
        first = transaction.dead_letters.page(Selection(), 3, None)
        second = transaction.dead_letters.page(Selection(), 3, first[-1].id)
        assert transaction.dead_letters.newest() == first[0].id
    assert [letter.message for letter in [*first, *second]] == ["4", "3", "2", "1", "0"]


def test_a_selection_chooses(store: Store) -> None:
    letters = [
        a_letter(project="churn", reason="malformed", stream="test:requests"),
        a_letter(project="churn", reason="too_large", stream="test:predictions"),
        a_letter(project="loans", reason="malformed", stream="test:requests"),
    ]
    with store.write() as transaction:
        transaction.dead_letters.add(letters)
        (last,) = transaction.dead_letters.page(Selection(project="loans"), 10, None)

    def chosen(wanted: Selection) -> list[str]:
        with store.read() as transaction:
            found = transaction.dead_letters.page(wanted, 10, None)
            assert sum(transaction.dead_letters.counts(wanted).values()) == len(found)
            return [f"{letter.project}.{letter.reason}" for letter in found]

    assert chosen(Selection(reason="malformed")) == ["loans.malformed", "churn.malformed"]
    assert chosen(Selection(project="churn", reason="malformed")) == ["churn.malformed"]
    assert chosen(Selection(streams=frozenset({"test:predictions"}))) == ["churn.too_large"]
    assert chosen(Selection(streams=frozenset())) == []
    assert chosen(Selection(id=last.id)) == ["loans.malformed"]
    assert chosen(Selection(upto=last.id - 1)) == ["churn.too_large", "churn.malformed"]
    assert chosen(Selection(state=LetterState.DROPPED)) == []
    assert len(chosen(Selection(state=None))) == 3
    with store.read() as transaction:
        assert transaction.dead_letters.counts(Selection(reason="malformed")) == {
            ("churn", "malformed"): 1,
            ("loans", "malformed"): 1,
        }


def test_a_letter_is_settled_once(store: Store) -> None:
    with store.write() as transaction:
        transaction.dead_letters.add([a_letter(message=str(n)) for n in range(3)])
        first = transaction.dead_letters.settle(Selection(), RETRIED, 2)
        second = transaction.dead_letters.settle(Selection(), DROPPED, 2)
        third = transaction.dead_letters.settle(Selection(state=None), DROPPED, 2)
    assert [letter.message for letter in first] == ["0", "1"]
    assert [letter.message for letter in second] == ["2"]
    assert third == []
    with store.read() as transaction:
        kept = transaction.dead_letters.get(first[0].id)
        assert kept == first[0]
        assert (kept.state, kept.settled_by, kept.settled_at) == (LetterState.RETRIED, "olga", NOON)
        dropped = transaction.dead_letters.get(second[0].id)
        assert dropped is not None
        assert dropped.settle_reason == "a test"


def test_only_letters_settled_long_ago_are_forgotten(store: Store) -> None:
    late = replace(RETRIED, at=NOON + timedelta(days=1))
    with store.write() as transaction:
        transaction.dead_letters.add([a_letter() for _ in range(4)])
        transaction.dead_letters.settle(Selection(), RETRIED, 2)
        (kept,) = transaction.dead_letters.settle(Selection(), late, 1)
        assert transaction.dead_letters.forget(NOON, 10) == 0
        assert transaction.dead_letters.forget(NOON + timedelta(seconds=1), 1) == 1
        assert transaction.dead_letters.forget(NOON + timedelta(seconds=1), 10) == 1
    with store.read() as transaction:
        left = transaction.dead_letters.page(Selection(state=None), 10, None)
        assert [letter.state for letter in left] == [LetterState.WAITING, LetterState.RETRIED]
        assert left[1].id == kept.id


def test_what_is_put_back_leaves_byte_for_byte(review_database: Database) -> None:
    store = SqlStore(review_database, Keyspace("test"))
    originals = [("test:requests", NOT_UTF8), ("test:models", b""), ("test:requests", b"base64:")]
    with store.write() as transaction:
        transaction.outbox.put_back(originals)
    with OutboxDrain(review_database).take(10) as taken:
        assert taken.documents == originals
    assert OutboxDrain(review_database).backlog() == 0


def test_of_many_who_settle_at_once_each_letter_has_one(review_database: Database) -> None:
    store = SqlStore(review_database, Keyspace("test"))
    with store.write() as transaction:
        transaction.dead_letters.add([a_letter() for _ in range(60)])

    def settle(_: int) -> list[int]:
        won = []
        for _ in range(6):
            with store.write() as transaction:
                won += [x.id for x in transaction.dead_letters.settle(Selection(), RETRIED, 10)]
        return won

    with ThreadPoolExecutor(6) as pool:
        won = [number for numbers in pool.map(settle, range(6)) for number in numbers]

    assert len(won) == len(set(won)) == 60
