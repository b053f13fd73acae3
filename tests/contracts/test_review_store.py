"""What every review store must do: the fake of the unit tests, SQLite and PostgreSQL."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from services.review import migrations
from services.review.adapters.store import SqlStore
from services.review.domain.ledger import Kind, NewEntry
from services.review.domain.queue import NewItem
from services.review.ports import ProjectState, Store
from shared.database import Database
from shared.errors import Unavailable
from shared.events import RouteReason
from shared.streams import Stream
from tests import servers
from tests.builders import NOON, a_project
from tests.fakes.review_store import FakeStore

LATER = NOON + timedelta(minutes=5)
MIGRATIONS = Path(migrations.__path__[0])


@pytest.fixture(params=["fake", "sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "fake":
        yield FakeStore()
        return
    database = Database(
        servers.new_database(request.getfixturevalue("postgresql_url"), tmp_path.name)
        if request.param == "postgresql"
        else f"sqlite:///{tmp_path / 'review.db'}"
    )
    database.upgrade(MIGRATIONS, "review_alembic_version")
    yield SqlStore(database, {stream: stream.key("test") for stream in Stream})
    database.close()


def an_entry(subject: str, kind: Kind = Kind.ROUTED, **changes: object) -> NewEntry:
    content: dict[str, object] = {"detail": "confident", "body": "{}", "revision": 1}
    return NewEntry(project="churn", kind=kind, subject=subject, at=NOON, **(content | changes))  # type: ignore[arg-type]


def an_item(event_id: str, reason: RouteReason = RouteReason.UNCERTAIN) -> NewItem:
    return NewItem("churn", event_id, reason, NOON, None)


def test_ledger_keeps_entries_in_order(store: Store) -> None:
    with store.write() as transaction:
        transaction.ledger.append([an_entry("a"), an_entry("b")])
        last = transaction.ledger.append_one(an_entry("a", Kind.DECIDED))
    with store.read() as transaction:
        story = transaction.ledger.story("churn", "a", [Kind.ROUTED, Kind.DECIDED])
        assert [entry.kind for entry in story] == [Kind.ROUTED, Kind.DECIDED]
        assert story[-1].sequence == last == 3
        assert story[0].at == NOON


def test_ledger_records_a_fact_once(store: Store) -> None:
    with store.write() as transaction:
        transaction.ledger.append([an_entry("a")])
    with pytest.raises(Unavailable), store.write() as transaction:
        transaction.ledger.append([an_entry("b"), an_entry("a")])
    with store.read() as transaction:
        assert set(transaction.ledger.known("churn", Kind.ROUTED, ["a", "b"])) == {"a"}


def test_ledger_goes_on_behind_a_place_of_its_own(store: Store) -> None:
    with store.write() as transaction:
        transaction.ledger.append_one(an_entry("a"))
        transaction.ledger.append_at(an_entry("b"), 1000)
    with store.write() as transaction:
        assert transaction.ledger.append_one(an_entry("c")) == 1001
        transaction.ledger.append([an_entry("d")])
        assert transaction.history.last() == 1002


def test_ledger_counts_by_kind_and_detail(store: Store) -> None:
    with store.write() as transaction:
        transaction.ledger.append([an_entry("a"), an_entry("b"), an_entry("c", detail="audit")])
    with store.read() as transaction:
        assert transaction.ledger.tally("churn") == {
            (Kind.ROUTED, "confident"): 2,
            (Kind.ROUTED, "audit"): 1,
        }
        assert [e.subject for e in transaction.ledger.newest("churn", Kind.ROUTED, 2)] == ["c", "b"]


def test_an_item_has_one_holder(store: Store) -> None:
    with store.write() as transaction:
        transaction.items.add([an_item("a"), an_item("b")])
        first = transaction.items.claim("churn", 1, "ada", NOON, LATER)
        second = transaction.items.claim("churn", 5, "ben", NOON, LATER)
        third = transaction.items.claim("churn", 5, "cy", NOON, LATER)
    assert [lease.item.event_id for lease in first] == ["a"]
    assert [lease.item.event_id for lease in second] == ["b"]
    assert third == []


def test_audits_come_first(store: Store) -> None:
    with store.write() as transaction:
        transaction.items.add([an_item("a"), an_item("b", RouteReason.AUDIT)])
        claimed = transaction.items.claim("churn", 2, "ada", NOON, LATER)
    assert [lease.item.event_id for lease in claimed] == ["b", "a"]


def test_an_expired_lease_is_claimed_with_a_higher_token(store: Store) -> None:
    with store.write() as transaction:
        transaction.items.add([an_item("a")])
        (old,) = transaction.items.claim("churn", 1, "ada", NOON, LATER)
        (new,) = transaction.items.claim("churn", 1, "ben", LATER, LATER + timedelta(minutes=5))
        stale = transaction.items.lease(old.id)
        assert stale is not None
        assert not stale.current
        assert new.token > old.token
        assert not transaction.items.settle(stale)
        assert not transaction.items.extend(stale, LATER)
        assert transaction.items.settle(new)


def test_a_settled_item_never_comes_back(store: Store) -> None:
    with store.write() as transaction:
        transaction.items.add([an_item("a")])
        (lease,) = transaction.items.claim("churn", 1, "ada", NOON, LATER)
        assert transaction.items.settle(lease)
        assert not transaction.items.settle(lease)
        assert not transaction.items.release(lease)
        assert transaction.items.claim("churn", 1, "ben", LATER + timedelta(days=1), LATER) == []


def test_a_released_item_is_free_at_once(store: Store) -> None:
    with store.write() as transaction:
        transaction.items.add([an_item("a")])
        (lease,) = transaction.items.claim("churn", 1, "ada", NOON, LATER)
        assert transaction.items.release(lease)
        assert len(transaction.items.claim("churn", 1, "ben", NOON, LATER)) == 1


def test_queue_state(store: Store) -> None:
    late = NewItem("churn", "late", RouteReason.UNCERTAIN, NOON, NOON - timedelta(seconds=1))
    with store.write() as transaction:
        transaction.items.add([late, an_item("a")])
        transaction.items.claim("churn", 1, "ada", NOON, LATER)
        state = transaction.items.state("churn", NOON)
        empty = transaction.items.state("other", NOON)
    assert (state.depth, state.leased, state.overdue) == (2, 1, 1)
    assert (state.oldest_at, state.next_free_at) == (NOON, LATER)
    assert (empty.depth, empty.leased, empty.oldest_at) == (0, 0, None)


def test_projects_are_replaced(store: Store) -> None:
    with store.write() as transaction:
        transaction.projects.put(ProjectState(a_project("b"), 1))
        transaction.projects.put(ProjectState(a_project("a"), 1))
        transaction.projects.put(ProjectState(a_project("a", title="New?"), 2, stopped=True))
    with store.read() as transaction:
        states = transaction.projects.all()
        assert [state.configuration.name for state in states] == ["a", "b"]
        assert transaction.projects.get("a") == states[0]
        assert states[0].stopped
        assert states[0].configuration.title == "New?"
        assert transaction.projects.get("nope") is None


def test_answers_are_remembered(store: Store) -> None:
    with store.write() as transaction:
        transaction.users.remember_answer("ada/1", "request")
    with store.read() as transaction:
        assert transaction.users.answered("ada/1") == "request"
        assert transaction.users.answered("ada/2") is None


def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    with pytest.raises(RuntimeError), store.write() as transaction:
        transaction.items.add([an_item("a")])
        transaction.ledger.append_one(an_entry("a"))
        raise RuntimeError
    with store.read() as transaction:
        assert transaction.items.state("churn", NOON).depth == 0
        assert transaction.ledger.tally("churn") == {}
