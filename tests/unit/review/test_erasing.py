"""Erasing: what describes an event goes; what was decided stays, and so does its proof."""

import json

import pytest

from services.review.domain.access import ADMIN
from services.review.domain.erasing import is_about
from services.review.domain.ledger import Kind
from services.review.domain.votes import Answer
from services.review.errors import Invalid, NotFound
from services.review.use_cases.erasing import EraseSubjects, Wish
from services.review.use_cases.proving import State
from services.review.use_cases.republishing import said_again
from shared.events import CloudEvent, CorrectionMade, EventType, SubjectsErased
from tests.builders import a_prediction, a_request
from tests.dead_letters import a_letter_event
from tests.fakes.bell import FakeBell
from tests.fakes.review_erasing import FakeRemains
from tests.unit.review.test_sealing import SealedDesk
from tests.unit.review.voting_desk import ADA, BEN, OPS

WISH = Wish("kim", "request 2026/31")


class ErasingDesk(SealedDesk):
    def __init__(self) -> None:
        super().__init__()
        self.remains = FakeRemains()
        self.erase = EraseSubjects(self.store, FakeBell(), self.remains, self.clock)

    def everything(self) -> str:
        """All that is kept of events."""
        kept = self.kept
        return repr((kept.ledger.rows, kept.votes, kept.gold.marked, kept.dead_letters))


@pytest.fixture
def desk() -> ErasingDesk:
    """Entries 2 to 5 are of `e1`, which ada has answered with a comment; 6 is of `e2`."""
    desk = ErasingDesk()
    desk.route([a_prediction("e1", leave=0.55, tenure=4711)])
    lease = desk.claim(ADA).lease.id
    desk.decide(lease, ADA, Answer("leave", comment="Mrs Canary moved"), 0)
    desk.arrive("e2")
    desk.seal()
    return desk


def test_what_describes_an_event_is_gone_and_the_proof_stays(desk: ErasingDesk) -> None:
    assert "4711" in desk.everything()
    assert "Canary" in desk.everything()

    done = desk.erase("churn", ["e1"], WISH)

    assert (done.entries, done.letters, done.documents) == (2, 0, 3)
    assert "4711" not in desk.everything()
    assert "Canary" not in desk.everything()
    assert desk.verify().faults == []
    waiting = desk.prove("churn", "e1", reader=ADMIN)  # the entry that tells of it waits
    assert waiting.state is State.UNSEALED
    desk.seal()
    assert desk.prove("churn", "e1", reader=ADMIN).state is State.INTACT
    assert desk.prove("churn", "e2", reader=ADMIN).state is State.INTACT
    assert desk.verify().faults == []


def test_the_record_says_who_erased_and_why(desk: ErasingDesk) -> None:
    desk.erase("churn", ["e1"], WISH)
    (body,) = desk.story("e1", Kind.ERASED)
    assert body == {
        "actor": "kim",
        "reason": "request 2026/31",
        "events": ["e1"],
        "entries": [2, 3],
    }
    (told,) = [e for e in desk.kept.outbox.events if e.type is EventType.SUBJECTS_ERASED]
    assert isinstance(told.data, SubjectsErased)
    assert (told.data.event_ids, told.subject) == (["e1"], "7")


def test_asked_for_again_it_looks_everywhere_and_records_nothing(desk: ErasingDesk) -> None:
    desk.erase("churn", ["e1"], WISH)
    assert desk.erase("churn", ["e1"], WISH).entries == 0
    assert len(desk.story("e1", Kind.ERASED)) == 1
    assert desk.remains.removed == [("churn", ("e1",))] * 2
    assert desk.remains.scrubbed == 2


def test_what_comes_again_stays_erased(desk: ErasingDesk) -> None:
    desk.erase("churn", ["e1"], WISH)
    assert desk.route([a_prediction("e1", tenure=4711)]) == [None]
    assert "4711" not in desk.everything()


def test_a_correction_that_is_said_again_describes_nobody(desk: ErasingDesk) -> None:
    desk.erase("churn", ["e1"], WISH)
    with desk.store.read() as transaction:
        (again,) = said_again(transaction, [("churn", transaction.ledger.rows[4][1])])
    event = CloudEvent.decode(again.encode())
    assert isinstance(event.data, CorrectionMade)
    assert (event.data.label, event.data.features) == ("leave", {})


def test_nobody_can_look_again_at_what_was_erased(desk: ErasingDesk) -> None:
    desk.erase("churn", ["e1"], WISH)
    with pytest.raises(Invalid, match="was erased"):
        desk.appeal("churn", "e1", OPS, "it was wrong")


def test_an_event_that_waits_for_people_is_not_erased(desk: ErasingDesk) -> None:
    with pytest.raises(Invalid, match="waits for people"):
        desk.erase("churn", ["e1", "e2"], WISH)
    assert "4711" in desk.everything()
    with pytest.raises(NotFound):
        desk.erase("churn", ["nobody"], WISH)
    desk.say(BEN, "stay")
    assert desk.erase("churn", ["e1", "e2"], WISH).entries == 3


def test_what_somebody_blanks_behind_our_back_is_found(desk: ErasingDesk) -> None:
    """Deleting a personal part does not show in the hashes, so it must be recorded."""
    desk.erase("churn", ["e1"], WISH)
    del desk.kept.ledger.rows[-1]
    assert desk.wrong() == [
        "entry 2 (routed, 'e1' of churn) was blanked, and no erasure is recorded",
        "entry 3 (voted, 'e1' of churn) was blanked, and no erasure is recorded",
    ]


def test_what_was_erased_cannot_be_made_up_again(desk: ErasingDesk) -> None:
    desk.erase("churn", ["e1"], WISH)
    body = json.loads(desk.kept.ledger.rows[2][1].body)
    desk.change(3, body=json.dumps(body | {"label": "stay"}))
    assert desk.wrong() == ["entry 3 (voted, 'e1' of churn) was changed after it was sealed"]
    desk.change(3, body=json.dumps(body | {"comment": "made up"}))
    assert desk.wrong() == ["entry 3 (voted, 'e1' of churn) was changed after it was sealed"]


@pytest.mark.parametrize(
    ("document", "about"),
    [
        (a_request("e1").encode(), True),
        (a_request("e2").encode(), False),
        (a_request("e1", project="loans").encode(), False),
        (a_letter_event(a_request("e1").encode()).encode(), True),
        (a_letter_event(a_request("e2").encode()).encode(), False),
        (b'{"subject": "e1", "cut off', True),
        (b'["e1"]', True),
        (b'{"subject": "e11", "cut off', False),
        (b"\xff\x00", False),
        (b'{"subject": ["e1"], "project": {}, "data": {"event_id": {}}}', False),
        (b"[" * 100_000, False),
        (b'{"data": {"original_base64": "no base64!"}}', False),
    ],
)
def test_which_documents_are_about_an_event(document: bytes, about: bool) -> None:
    assert is_about(document, "churn", ["e1"]) is about
