"""What keeps suspects must do: in the fake of the unit tests, SQLite and PostgreSQL."""

from dataclasses import replace

from services.review.domain.ledger import Kind, NewEntry
from services.review.domain.queue import Stage
from services.review.domain.suspects import Contradiction, SecondLooks, Suspect, Trust
from services.review.ports import Store
from tests.builders import NOON, an_item


def a_suspect(event_id: str, given: float = 0.1, project: str = "churn") -> Suspect:
    return Suspect(project, event_id, "stay", Contradiction("leave", 0.9, given), NOON)


def test_the_worst_come_first_and_those_that_were_sent_no_more(store: Store) -> None:
    with store.write() as transaction:
        suspects = transaction.suspects
        for suspect in (a_suspect("mild", 0.4), a_suspect("b"), a_suspect("a")):
            suspects.put(suspect)
        suspects.put(a_suspect("a", project="loans"))
        assert [s.event_id for s in suspects.worst("churn", 9)] == ["a", "b", "mild"]
        assert [s.event_id for s in suspects.worst("churn", 1)] == ["a"]
        suspects.put(replace(a_suspect("a"), label="maybe", sent_at=NOON))
        suspects.drop("churn", "b")
        suspects.drop("churn", "nobody")
        assert suspects.worst("churn", 9) == [a_suspect("mild", 0.4)]
        known = suspects.of_events("churn", ["a", "b", "c"])
        assert known == {"a": replace(a_suspect("a"), label="maybe", sent_at=NOON)}
        assert suspects.of_events("churn", []) == {}


def test_second_looks_are_counted(store: Store) -> None:
    with store.write() as transaction:
        suspects = transaction.suspects
        assert suspects.counts("churn") == SecondLooks()
        transaction.items.add([an_item("a"), an_item("b")])
        for event_id in ("a", "b"):
            item = transaction.items.of_event("churn", event_id)
            assert item is not None
            transaction.items.settle(item.id, "stay", 1)
            transaction.items.reopen(item.id, "churn.leads", Stage.DOUBTED, 1)
            if event_id == "b":
                transaction.items.settle(item.id, "leave", 2)
        suspects.put(replace(a_suspect("a"), sent_at=NOON))
        suspects.put(replace(a_suspect("b"), sent_at=NOON, changed=True))
        suspects.put(a_suspect("c"))
        assert suspects.counts("churn") == SecondLooks(1, 2, 1, 1)
        assert suspects.counts("loans") == SecondLooks()


def test_trust_is_kept_by_label(store: Store) -> None:
    with store.write() as transaction:
        suspects = transaction.suspects
        suspects.put_trust("churn", "stay", Trust(1, 0.5))
        suspects.put_trust("churn", "stay", Trust(2, 1.25))
        suspects.put_trust("churn", "leave", Trust(1, 0.75))
        suspects.put_trust("loans", "stay", Trust(9, 9.0))
        assert suspects.trust("churn") == {"stay": Trust(2, 1.25), "leave": Trust(1, 0.75)}


def test_entries_of_all_projects_are_read_along_a_stretch(store: Store) -> None:
    with store.write() as transaction:
        for number, (project, kind) in enumerate(
            [("churn", Kind.ROUTED), ("loans", Kind.CORRECTED), ("churn", Kind.CORRECTED)]
        ):
            entry = NewEntry(project, kind, f"e{number}", 1, "", "{}", NOON)
            transaction.ledger.append([entry])
        along = transaction.history.along
        found = [(project, e.subject) for project, e in along([Kind.CORRECTED], 0, 9)]
        assert found == [("loans", "e1"), ("churn", "e2")]
        assert [e.subject for _, e in along([Kind.ROUTED, Kind.CORRECTED], 1, 2)] == ["e1"]
