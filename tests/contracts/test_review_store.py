"""What every review store must do: the fake of the unit tests, SQLite and PostgreSQL."""

from datetime import timedelta

import pytest

from services.review.domain.ledger import Kind, NewEntry, Stretch
from services.review.ports import Answered, ProjectState, Store
from shared.errors import Unavailable
from shared.events import DecidedBy
from tests.builders import NOON, a_project, an_item

LATER = NOON + timedelta(minutes=5)


def an_entry(subject: str, kind: Kind = Kind.ROUTED, **changes: object) -> NewEntry:
    content: dict[str, object] = {"detail": "confident", "body": "{}", "revision": 1}
    return NewEntry(project="churn", kind=kind, subject=subject, at=NOON, **(content | changes))  # type: ignore[arg-type]


def test_ledger_keeps_entries_in_order(store: Store) -> None:
    with store.write() as transaction:
        transaction.ledger.append([an_entry("a"), an_entry("b")])
        last = transaction.ledger.append_one(an_entry("a", Kind.DECIDED))
    with store.read() as transaction:
        story = transaction.ledger.story("churn", "a", [Kind.ROUTED, Kind.DECIDED])
        assert [entry.kind for entry in story] == [Kind.ROUTED, Kind.DECIDED]
        assert story[-1].sequence == last == 3
        assert story[0].at == NOON


@pytest.mark.parametrize("count", [2, 8, 9])
def test_ledger_keeps_any_number_of_entries_in_the_order_given(store: Store, count: int) -> None:
    """Few are one statement, many are copied; which it is must not be seen."""
    subjects = [f"e{number}" for number in reversed(range(count))]
    with store.write() as transaction:
        transaction.ledger.append([an_entry(subject, body=f'"{subject}"') for subject in subjects])
    with store.read() as transaction:
        told = [transaction.ledger.story("churn", s, [Kind.ROUTED])[0] for s in subjects]
        assert [entry.body for entry in told] == [f'"{subject}"' for subject in subjects]
        assert [entry.sequence for entry in told] == list(range(1, count + 1))


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
        newest = transaction.ledger.newest
        assert [e.subject for e in newest("churn", Kind.ROUTED, 2)] == ["c", "b"]
        assert [e.subject for e in newest("churn", Kind.ROUTED, 2, before=3)] == ["b", "a"]


def test_decisions_are_read_in_both_directions(store: Store) -> None:
    by = [DecidedBy.MODEL, DecidedBy.REVIEWERS, DecidedBy.MODEL, DecidedBy.MODEL]
    with store.write() as transaction:
        transaction.ledger.append(
            [an_entry(str(n), Kind.DECIDED, detail=who.value) for n, who in enumerate(by)]
        )

    def found(who: DecidedBy, stretch: Stretch) -> list[int]:
        with store.read() as transaction:
            entries = transaction.ledger.decisions("churn", who, stretch)
        return [entry.sequence for entry in entries]

    assert found(DecidedBy.MODEL, Stretch(2)) == [4, 3]
    assert found(DecidedBy.MODEL, Stretch(2, before=3)) == [1]
    assert found(DecidedBy.MODEL, Stretch(2, after=0)) == [1, 3]
    assert found(DecidedBy.MODEL, Stretch(2, after=3)) == [4]
    assert found(DecidedBy.REVIEWERS, Stretch(9)) == [2]
    assert found(DecidedBy.FALLBACK, Stretch(9)) == []


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


def test_answers_are_remembered_for_a_while(store: Store) -> None:
    first, later = Answered("request", "outcome"), NOON + timedelta(hours=1)
    with store.write() as transaction:
        transaction.answers.remember("ada/1", first, NOON)
        transaction.answers.remember("ada/2", first, NOON)
        transaction.answers.remember("ada/3", first, later)
    with store.write() as transaction:
        assert transaction.answers.find("ada/1") == first
        assert transaction.answers.find("ada/4") is None
        assert transaction.answers.forget(later, 1) == 1
        assert transaction.answers.forget(later, 5) == 1
        assert transaction.answers.find("ada/1") is transaction.answers.find("ada/2") is None
        assert transaction.answers.find("ada/3") == first


def test_of_two_requests_with_one_key_the_first_is_remembered(store: Store) -> None:
    with store.write() as transaction:
        assert transaction.answers.remember("ada/1", Answered("request", ""), NOON)
    with store.write() as transaction:
        assert not transaction.answers.remember("ada/1", Answered("other", ""), NOON)
        assert transaction.answers.find("ada/1") == Answered("request", "")


def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    with pytest.raises(RuntimeError), store.write() as transaction:
        transaction.items.add([an_item("a")])
        transaction.ledger.append_one(an_entry("a"))
        raise RuntimeError
    with store.read() as transaction:
        assert transaction.items.state("churn", NOON).depth == 0
        assert transaction.ledger.tally("churn") == {}
