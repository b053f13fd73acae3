"""Dead letters, on a store in memory."""

import json
from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry

from services.review.adapters.letter_keeping import LetterKeeping
from services.review.domain.access import Role, User
from services.review.domain.dead_letters import (
    CURES,
    LetterState,
    NewLetter,
    Selection,
    cure,
    read_letter,
)
from services.review.domain.ledger import Kind
from services.review.errors import AlreadySettled, Invalid, NotFound
from services.review.metrics import Metrics
from services.review.ports import ProjectState
from services.review.use_cases.dead_letters import KeepDeadLetters, WorkDeadLetters
from shared.errors import Malformed
from shared.events import EventType
from shared.streams import Keyspace, Stream
from tests.builders import a_project, a_request
from tests.dead_letters import a_letter_event
from tests.fakes.bell import FakeBell
from tests.fakes.clock import FakeClock
from tests.fakes.review_store import FakeStore

OLGA = User("olga", Role.OPS)
ADA = User("ada", Role.ADMIN)
KEYS = Keyspace("handraise")
EVERY = Selection()


class Desk:
    """What ops sees of the review service, without its doors."""

    def __init__(self) -> None:
        self.store, self.bell, self.clock = FakeStore(), FakeBell(), FakeClock()
        self.registry = CollectorRegistry()
        metrics = Metrics(self.registry)
        self.keep = KeepDeadLetters(self.store, metrics, self.clock, KEYS)
        self.work = WorkDeadLetters(self.store, self.bell, self.clock, KEYS)
        self.keeping = LetterKeeping(self.store, metrics, self.clock, timedelta(days=90))

    def receive(self, *documents: bytes) -> list[int]:
        """Ids of the letters that these documents became, oldest first."""
        self.keep([(f"{n}-0", document) for n, document in enumerate(documents)])
        letters = self.work.page(Selection(state=None), 1000).letters
        return [letter.id for letter in letters][: len(documents)][::-1]

    @property
    def sent(self) -> list[tuple[str, bytes]]:
        return self.store.kept.outbox.put_back_again

    def waiting(self, project: str, reason: str) -> float | None:
        labels = {"project": project, "reason": reason}
        return self.registry.get_sample_value("handraise_dead_letters_waiting", labels)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_letter_comes_with_its_cure_and_its_original(desk: Desk) -> None:
    (number,) = desk.receive(a_letter_event(b"\xff\x00", reason="too_large").encode())
    shown = desk.work.show(number)
    assert (shown.original, shown.retriable) == (b"\xff\x00", True)
    assert "send a reference instead" in cure(shown.letter.reason)
    with pytest.raises(NotFound, match="--state all"):
        desk.work.show(number + 1)


def test_the_same_letter_is_kept_once(desk: Desk) -> None:
    document = a_letter_event().encode()
    desk.keep([("1-0", document), ("1-0", document)])
    desk.keep([("1-0", document)])
    assert len(desk.work.page(EVERY, 10).letters) == 1


def test_a_letter_that_was_settled_and_deleted_does_not_come_back(desk: Desk) -> None:
    document = a_letter_event().encode()
    (number,) = desk.receive(document)
    desk.work.drop(number, OLGA, "a test")
    desk.clock.pass_seconds(91 * 86_400)
    desk.keeping.tend()
    assert desk.work.page(Selection(state=None), 10).letters == []
    desk.keep([("1-0", document)])
    assert desk.work.page(Selection(state=None), 10).letters == []


@pytest.mark.parametrize(
    "document",
    [b"", b"\xff", b"{", b"[]", a_request().encode(), a_letter_event().encode()[:-5],
     a_letter_event().encode().replace(b'"original_base64":"', b'"original_base64":"*')],
)  # fmt: skip
def test_a_document_that_is_no_letter_is_kept_and_not_sent_round(
    desk: Desk, document: bytes
) -> None:
    (number,) = desk.receive(document)
    shown = desk.work.show(number)
    assert (shown.original, shown.retriable) == (document, False)
    assert (shown.letter.reason, shown.letter.project) == ("unreadable", "unknown")
    assert desk.registry.get_sample_value("handraise_dead_letters_unreadable_total") == 1
    with pytest.raises(Invalid, match="drop"):
        desk.work.retry(number, OLGA)


def test_no_database_refuses_what_a_letter_says(desk: Desk) -> None:
    event = a_letter_event(message="a\x00" + "b" * 20_000, reason="r" * 5000, stream="s" * 500)
    letter = read_letter(event.encode())
    assert letter.message.startswith("a\ufffdb")
    assert max(len(letter.reason), len(letter.stream)) <= 600
    assert len(letter.message) == 10_000
    with pytest.raises(Malformed):
        read_letter(b"{}")


def test_an_accepted_event_that_was_refused_is_not_sent_again_by_itself(desk: Desk) -> None:
    requests = [a_request("refused"), a_request("under way")]
    with desk.store.write() as transaction:
        transaction.accepted.add(requests, desk.clock.now())
    desk.receive(a_letter_event(requests[0].encode(), reason="unprocessable").encode())
    desk.clock.pass_seconds(3600)
    with desk.store.read() as transaction:
        now = desk.clock.now()
        due = transaction.accepted.due(EventType.SCORING_REQUESTED, now, now)
    assert [event.event_id for event in due] == ["under way"]


def test_retrying_sends_the_original_once(desk: Desk) -> None:
    (number,) = desk.receive(a_letter_event(b"\xff{", reason="unknown_project").encode())
    letter = desk.work.retry(number, OLGA)
    assert (letter.state, letter.settled_by) == (LetterState.RETRIED, "olga")
    assert desk.sent == [("handraise:requests", b"\xff{")]
    assert desk.bell.rung == 1
    with pytest.raises(AlreadySettled, match="olga retried it at 2026-01-02 12:00:00 UTC"):
        desk.work.retry(number, ADA)
    with pytest.raises(AlreadySettled, match="new letter"):
        desk.work.drop(number, ADA, "why not")
    assert len(desk.sent) == 1


def test_dropping_sends_nothing_and_says_why(desk: Desk) -> None:
    (number,) = desk.receive(a_letter_event().encode())
    desk.work.drop(number, OLGA, "the sender was a test")
    assert desk.sent == []
    with pytest.raises(AlreadySettled, match="because: the sender was a test"):
        desk.work.retry(number, ADA)
    with pytest.raises(NotFound):
        desk.work.drop(number + 1, OLGA, "why not")


def test_every_act_is_in_the_record(desk: Desk) -> None:
    first, second = desk.receive(a_letter_event().encode(), a_letter_event().encode())
    desk.work.retry(first, OLGA)
    desk.work.drop(second, ADA, "noise")
    entries = [e for _, e in desk.store.kept.ledger.rows if e.kind is Kind.DEAD_LETTER]
    bodies = [json.loads(entry.body) for entry in entries]
    assert [entry.detail for entry in entries] == ["retried", "dropped"]
    assert [(body["actor"], body["why"]) for body in bodies] == [("olga", None), ("ada", "noise")]
    assert bodies[0]["reason"] == "malformed"


@pytest.mark.parametrize("stream", ["handraise:control", "handraise:dead-letters", "elsewhere"])
def test_a_letter_cannot_speak_where_its_writer_may_not(desk: Desk, stream: str) -> None:
    forged, good = a_letter_event(b"{}", stream=stream), a_letter_event(b"1")
    number, _ = desk.receive(forged.encode(), good.encode())
    with pytest.raises(Invalid, match=stream):
        desk.work.retry(number, OLGA)
    matching = desk.work.matching(EVERY)
    assert (matching.waiting, matching.retriable) == (2, 1)
    assert desk.work.retry_all(EVERY, OLGA) == 1
    assert desk.sent == [("handraise:requests", b"1")]
    assert desk.work.retry_all(desk.work.of_stream(EVERY, stream), OLGA) == 0
    assert desk.work.drop_all(EVERY, OLGA, "forged") == 1


def test_all_of_a_kind_in_the_order_in_which_they_came(desk: Desk) -> None:
    events = [
        a_letter_event(b"%d" % n, reason="unknown_project" if n % 2 else "malformed")
        for n in range(250)
    ]
    desk.receive(*(event.encode() for event in events))
    assert desk.work.retry_all(Selection(reason="unknown_project"), OLGA) == 125
    assert [int(original) for _, original in desk.sent] == list(range(1, 250, 2))
    assert desk.work.retry_all(Selection(reason="unknown_project"), OLGA) == 0
    assert desk.work.drop_all(Selection(project="loans"), OLGA, "none") == 0
    assert desk.work.drop_all(Selection(project="churn"), OLGA, "the rest") == 125


def test_what_came_in_after_the_look_is_left_alone(desk: Desk) -> None:
    desk.receive(a_letter_event().encode())
    seen = desk.work.matching(EVERY)
    desk.receive(a_letter_event().encode())
    assert desk.work.drop_all(Selection(upto=seen.upto), OLGA, "seen") == 1
    assert len(desk.work.page(EVERY, 10).letters) == 1


def test_streams_are_chosen_by_name_or_key(desk: Desk) -> None:
    documents = [a_letter_event(stream=KEYS.key(s)) for s in (Stream.REQUESTS, Stream.MODELS)]
    desk.receive(*(event.encode() for event in documents))
    for name in ("models", "handraise:models"):
        (letter,) = desk.work.page(desk.work.of_stream(EVERY, name), 10).letters
        assert letter.stream == "handraise:models"
    assert desk.work.page(desk.work.of_stream(EVERY, "nope"), 10).letters == []


def test_pages_follow_one_another(desk: Desk) -> None:
    numbers = desk.receive(*(a_letter_event().encode() for _ in range(5)))
    first = desk.work.page(EVERY, 3)
    second = desk.work.page(EVERY, 3, first.older)
    assert [x.id for x in [*first.letters, *second.letters]] == numbers[::-1]
    assert (first.older, second.older) == (numbers[2], None)


def test_the_gauge_counts_what_waits_under_names_that_we_know(desk: Desk) -> None:
    with desk.store.write() as transaction:
        transaction.projects.put(ProjectState(a_project("churn"), 1))
    kinds = [("churn", "malformed"), ("invented", "malformed"), ("loans", "newer_reason")]
    numbers = desk.receive(
        *(a_letter_event(project=project, reason=reason).encode() for project, reason in kinds)
    )
    desk.keeping.tend()
    assert desk.waiting("churn", "malformed") == 1
    assert desk.waiting("unknown", "malformed") == 1
    assert desk.waiting("unknown", "other") == 1
    assert desk.waiting("invented", "malformed") is None
    desk.work.retry(numbers[0], OLGA)
    desk.keeping.tend()
    assert desk.waiting("churn", "malformed") == 0


def test_settled_letters_are_deleted_after_their_time_and_waiting_ones_never(desk: Desk) -> None:
    settled, waiting = desk.receive(a_letter_event().encode(), a_letter_event().encode())
    desk.work.drop(settled, OLGA, "a test")
    desk.clock.pass_seconds(89 * 86_400)
    desk.keeping.tend()
    assert desk.work.show(settled).letter.state is LetterState.DROPPED
    desk.clock.pass_seconds(2 * 86_400)
    desk.keeping.tend()
    with pytest.raises(NotFound):
        desk.work.show(settled)
    assert desk.work.show(waiting).letter.state is LetterState.WAITING


def test_every_reason_has_a_cure() -> None:
    assert CURES.keys() >= {"malformed", "too_large", "unknown_project", "unprocessable"}
    assert all(":" in text and text.endswith(".") for text in CURES.values())
    assert "log" in cure("of the future")


def test_a_letter_reads_back_what_was_written() -> None:
    letter = read_letter(a_letter_event(b"\x00\xff").encode())
    assert isinstance(letter, NewLetter)
    assert letter.original == b"\x00\xff"
