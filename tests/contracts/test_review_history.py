"""What the reconciler's part of every review store must do: the fake, SQLite and PostgreSQL."""

from datetime import datetime, timedelta

from services.review.domain.ledger import Kind, NewEntry
from services.review.domain.reconciling import GapKind
from services.review.ports import Store
from shared.events import EventType
from tests.builders import NOON, a_prediction_event, a_request, an_item

SCORING, PREDICTION = EventType.SCORING_REQUESTED, EventType.PREDICTION_MADE


def later(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def an_entry(
    subject: str, kind: Kind, at: datetime = NOON, project: str = "churn", detail: str = "detail"
) -> NewEntry:
    return NewEntry(project, kind, subject, 1, detail, "{}", at)


def test_an_accepted_event_waits_once_until_it_is_routed(store: Store) -> None:
    first, again = a_request("b"), a_request("b")
    with store.write() as transaction:
        transaction.accepted.add([first, a_request("a")], NOON)
        transaction.accepted.add([again, a_prediction_event("b")], later(5))
        assert transaction.outbox.waiting(10) == 0
    with store.read() as transaction:
        accepted = transaction.accepted
        assert accepted.counts(later(-1)) == {}
        assert accepted.counts(NOON) == {"churn": 2}
        assert accepted.due(SCORING, NOON, later(9)) == []
        assert {e.event_id for e in accepted.due(SCORING, NOON, later(10))} == {"a", "b"}
        assert [e.event_id for e in accepted.due(PREDICTION, later(5), later(15))] == ["b"]
    with store.write() as transaction:
        transaction.accepted.routed("other", ["a", "b"])
        transaction.accepted.routed("churn", ["b", "unheard of"])
    with store.read() as transaction:
        assert transaction.accepted.counts(later(60)) == {"churn": 1}


def test_what_is_sent_again_waits_twice_as_long(store: Store) -> None:
    with store.write() as transaction:
        transaction.accepted.add([a_request("a")], NOON)
        due = transaction.accepted.due(SCORING, NOON, later(10))
        transaction.accepted.sent_again(due, later(10))
        assert transaction.outbox.waiting(10) == 1
        assert transaction.outbox.waiting(0) == 0
    with store.write() as transaction:
        assert transaction.accepted.due(SCORING, NOON, later(29)) == []
        (waiting,) = transaction.accepted.due(SCORING, NOON, later(30))
        assert (waiting.tries, waiting.document) == (1, due[0].document)
        transaction.accepted.hasten(later(12))
    with store.read() as transaction:
        assert len(transaction.accepted.due(SCORING, NOON, later(12))) == 1


def test_gaps_are_causes_without_effect(store: Store) -> None:
    with store.write() as transaction:
        transaction.ledger.append(
            [
                an_entry("decided", Kind.ROUTED),
                an_entry("decided", Kind.DECIDED),
                an_entry("waits", Kind.ROUTED),
                an_entry("lost", Kind.ROUTED),
                an_entry("lost", Kind.DECIDED, project="other"),
                an_entry("voted", Kind.DECIDED, detail="reviewers"),
                an_entry("settled", Kind.DECIDED, detail="reviewers"),
                an_entry("settled", Kind.CORRECTED),
            ]
        )
        transaction.items.add([an_item("waits")])
    with store.read() as transaction:
        history = transaction.history

        def subjects(kind: GapKind, after: int, until: int) -> list[tuple[str, str]]:
            found = history.gaps(kind, after, until, 10)
            return [(project, entry.subject) for project, entry in found]

        assert subjects(GapKind.UNDECIDED, 0, 8) == [("churn", "lost")]
        assert subjects(GapKind.UNDECIDED, 4, 8) == []
        assert subjects(GapKind.UNDECIDED, 0, 3) == []
        assert subjects(GapKind.UNCORRECTED, 0, 8) == [("churn", "voted")]


def test_places_follow_time(store: Store) -> None:
    with store.write() as transaction:
        assert transaction.history.last() == 0
        assert transaction.history.place_at(NOON) == 0
        transaction.ledger.append(
            [an_entry(f"e{second}", Kind.DECIDED, later(second)) for second in range(100)]
        )
    with store.read() as transaction:
        history = transaction.history
        assert history.last() == 100
        assert [history.place_at(later(s)) for s in (-1, 0, 0.5, 42, 99, 200)] == [
            0,
            0,
            1,
            42,
            99,
            100,
        ]
        assert history.horizon(0, 1000, later(10)) == 10
        assert history.horizon(0, 5, later(10)) == 5
        assert history.horizon(10, 5, later(10)) == 10


def test_decisions_and_corrections_in_order(store: Store) -> None:
    with store.write() as transaction:
        for number in range(1, 5):
            transaction.ledger.append(
                [an_entry(f"e{number}", Kind.DECIDED), an_entry(f"e{number}", Kind.CORRECTED)]
            )
            transaction.ledger.append([an_entry(f"e{number}", Kind.CORRECTED, project="other")])
    with store.read() as transaction:
        history = transaction.history
        said = [(project, entry.sequence) for project, entry in history.said(4, 3)]
        assert said == [("churn", 5), ("other", 6), ("churn", 7)]
        assert history.count_corrections("churn", 0, 12) == 4
        assert history.count_corrections("churn", 2, 8) == 2
        kinds = {Kind.DECIDED, Kind.CORRECTED}
        some = history.of_kinds("churn", kinds, (4, 12), 2)
        assert [entry.sequence for entry in some] == [5, 7]
        assert all(entry.kind in kinds for entry in some)
        assert [e.sequence for e in history.corrections("churn", 2, 2)] == [5, 8]


def test_marks_are_replaced(store: Store) -> None:
    with store.write() as transaction:
        assert transaction.marks.get("place") is None
        transaction.marks.put("place", "1")
    with store.write() as transaction:
        transaction.marks.put("place", "2")
        assert transaction.marks.take_turn()
    with store.read() as transaction:
        assert transaction.marks.get("place") == "2"
