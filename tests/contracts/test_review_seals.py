"""What every store must do with seals: the fake, SQLite and PostgreSQL."""

from collections.abc import Sequence

import pytest

from services.review.domain.ledger import Kind, NewEntry
from services.review.domain.seals import Head, Seal, SignedHead
from services.review.ports import Store
from shared.errors import Unavailable
from tests.builders import NOON

LEAVES = [(1, b"\x00" * 32), (2, b"\xff" * 32)]


def an_entry(subject: str, project: str = "churn", kind: Kind = Kind.ROUTED) -> NewEntry:
    return NewEntry(project, kind, subject, 1, "detail", '{"a": "ä"}', NOON)


def a_seal(number: int, first: int, last: int) -> Seal:
    head = Head(number, first, last, len(LEAVES), "ab" * 32, "", "", NOON, "cd" * 32)
    return Seal(SignedHead(head.document(), "ef" * 64), LEAVES)


def numbers(heads: Sequence[SignedHead]) -> list[int]:
    return [signed.head.number for signed in heads]


def test_seals_follow_one_another(store: Store) -> None:
    with store.read() as transaction:
        assert transaction.seals.newest() is None
        assert transaction.seals.covering(1) is None
    with store.write() as transaction:
        assert transaction.seals.take_turn()
        for number in (1, 2, 3):
            transaction.seals.add(a_seal(number, 10 * number, 10 * number + 5))
    with store.read() as transaction:
        seals = transaction.seals
        newest = seals.newest()
        assert newest == a_seal(3, 30, 35).signed
        assert newest.head.sealed_at == NOON
        assert numbers(seals.heads([3, 1, 7])) == [1, 3]
        assert seals.heads([]) == []
        assert [seal.signed.head.number for seal in seals.after(1, 1)] == [2]
        assert seals.after(2, 9) == [a_seal(3, 30, 35)]
        covering = [seals.covering(place) for place in (10, 15, 16, 35, 36)]
        assert [s and s.signed.head.number for s in covering] == [1, 1, 2, 3, None]


def test_a_number_is_given_once(store: Store) -> None:
    with store.write() as transaction:
        transaction.seals.add(a_seal(1, 1, 2))
    with pytest.raises(Unavailable), store.write() as transaction:
        transaction.seals.add(a_seal(1, 3, 4))


def test_entries_are_read_as_they_are_stored(store: Store) -> None:
    with store.write() as transaction:
        transaction.ledger.append([an_entry("a"), an_entry("b", "other")])
        transaction.ledger.append([an_entry(str(number)) for number in range(20)])
        transaction.ledger.append([an_entry("a", kind=Kind.DECIDED)])
    with store.read() as transaction:
        seals = transaction.seals
        assert seals.writers() == frozenset()
        entries = seals.entries(0, 100, 100)
        assert [entry.sequence for entry in entries] == [*range(1, 24)]
        assert len({entry.salt for entry in entries}) == 23
        assert {len(entry.salt) for entry in entries} == {32}
        first = entries[0]
        assert (first.project, first.kind, first.subject, first.revision, first.detail) == (
            "churn",
            Kind.ROUTED,
            "a",
            1,
            "detail",
        )
        assert (first.body, first.at, first.erased) == ('{"a": "ä"}', NOON, None)
        assert [entry.sequence for entry in seals.entries(2, 20, 3)] == [3, 4, 5]
        assert [entry.sequence for entry in seals.entries(2, 4, 9)] == [3, 4]
        assert [entry.sequence for entry in seals.story("churn", "a")] == [1, 23]
        assert [entry.sequence for entry in seals.of_project("churn", 1, 2)] == [3, 4]
        assert seals.story("churn", "a")[0] == first


def test_who_writes_is_seen(store: Store) -> None:
    """On PostgreSQL an entry can take a place and appear behind later ones."""
    is_shared = getattr(getattr(store, "_database", None), "is_postgresql", False)
    with store.write() as transaction:
        transaction.ledger.append([an_entry("a")])
        if is_shared:
            with store.read() as other:
                assert len(other.seals.writers()) == 1
    with store.read() as transaction:
        assert transaction.seals.writers() == frozenset()
