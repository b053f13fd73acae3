"""What erasing must do in every store: the fake, SQLite and PostgreSQL."""

import json

import pytest

from services.review.domain.gold import NewGold
from services.review.domain.ledger import Kind, NewEntry
from services.review.domain.votes import Because, Draft
from services.review.ports import Store
from tests.builders import NOON, a_request, an_item
from tests.contracts.claims import a_ballot
from tests.dead_letters import a_letter


def test_of_an_entry_the_rest_is_kept(store: Store) -> None:
    with store.write() as transaction:
        for event_id in ("a", "b"):
            new = NewEntry("churn", Kind.VOTED, event_id, 1, "ada", '{"comment": "x"}', NOON)
            transaction.ledger.append([new])
        (entry,) = transaction.seals.story("churn", "a")
        transaction.erasing.blank(entry, "{}", "ab" * 32)
    with store.read() as transaction:
        first, second = transaction.seals.entries(0, 9, 9)
        assert (first.body, first.salt, first.erased) == ("{}", "", "ab" * 32)
        assert (second.body, len(second.salt), second.erased) == ('{"comment": "x"}', 32, None)
        assert transaction.ledger.story("churn", "a", [Kind.VOTED])[0].body == "{}"


@pytest.mark.parametrize("escaped", [True, False])
def test_letters_are_found_however_json_writes_the_id(store: Store, escaped: bool) -> None:
    original = json.dumps({"subject": "Zoë", "project": "churn"}, ensure_ascii=escaped).encode()
    with store.write() as transaction:
        transaction.dead_letters.add([a_letter(original=original)])
        assert transaction.erasing.forget("churn", ["Zoë"]) == 1


def test_what_was_said_and_kept_elsewhere_is_forgotten(store: Store) -> None:
    letters = [
        a_letter(original=a_request(event_id).encode(), document_id=event_id)
        for event_id in ("a", "b")
    ]
    with store.write() as transaction:
        transaction.items.add([an_item("a"), an_item("b")])
        items = [transaction.items.of_event("churn", event_id) for event_id in ("a", "b")]
        ids = [item.id for item in items if item]
        for number, item_id in enumerate(ids):
            transaction.votes.add(a_ballot(item_id, number, comment="x"))
            transaction.votes.pass_on(item_id, "ben", Because.SKIPPED, "x", NOON)
            transaction.votes.keep_draft(item_id, "ada", Draft("stay", "x", NOON))
        for event_id in ("a", "b"):
            transaction.gold.mark(NewGold("churn", event_id, "stay", "x", "lea", NOON))
        transaction.accepted.add([a_request("a"), a_request("b")], NOON)
        transaction.dead_letters.add(letters)
        assert transaction.erasing.forget("churn", ["a", "never heard of"]) == 1
        assert transaction.erasing.forget("other", ["b"]) == 0

    with store.read() as transaction:
        votes = [transaction.votes.counted(item_id, 1)[0].comment for item_id in ids]
        assert votes == [None, "x"]
        assert [len(transaction.votes.notes(item_id)) for item_id in ids] == [0, 1]
        assert [*transaction.votes.drafts(ids, "ada")] == ids[1:]
        gold = {
            g.event_id: (g.explanation, g.active) for g in transaction.gold.page("churn", 9, None)
        }
        assert gold == {"a": (None, False), "b": ("x", True)}
        assert transaction.accepted.counts(NOON) == {"churn": 1}
        assert transaction.dead_letters.known(["a", "b"]) == {"b"}
