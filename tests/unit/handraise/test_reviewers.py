import json

import httpx

from handraise.client import Client
from handraise.demo.reviewers import Reviewer, Team, reviewing
from handraise.installation import Installation
from tests.unit.handraise.conftest import eventually

AT = "2026-01-01T00:00:00Z"


class Queue:
    """Gives each event to whoever asks first; somebody else was faster with those in `lost`."""

    def __init__(self, events: list[str], lost: frozenset[str] = frozenset()) -> None:
        self.waiting = list(events)
        self.lost = lost
        self.answers: dict[str, str] = {}
        self.released: list[str] = []
        self.claims = 0
        self.users: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content or b"null")
        match request.url.path.strip("/").split("/")[1:]:
            case ["queues", "p", "claims"]:
                self.claims += 1
                return self.hand_out(200, body["limit"])
            case ["leases", lease, "decision"] if lease in self.lost:
                return httpx.Response(409, json={"title": "Lease lost"})
            case ["leases", lease, "decision"]:
                self.answers[lease] = body["label"]
                return self.hand_out(201, body["claim_next"])
            case ["leases", lease, "release"]:
                self.released.append(lease)
                return httpx.Response(204)
            case ["users"]:
                self.users.append(body["name"])
                return httpx.Response(409 if len(self.users) > 1 else 201, json={})
            case _:
                return httpx.Response(201, json={"token": "t"})

    def hand_out(self, status: int, count: int) -> httpx.Response:
        taken, self.waiting = self.waiting[:count], self.waiting[count:]
        claims = [
            {
                "item": {"id": 1, "project": "p", "event_id": event, "labels": ["a"]},
                "lease": {"id": event, "token": 1, "expires_at": AT},
            }
            for event in taken
        ]
        return httpx.Response(status, json={"claims": claims})


def client(queue: Queue) -> Client:
    return Client("http://review", "t", transport=httpx.MockTransport(queue))


def test_a_reviewer_answers_everything_with_the_known_label() -> None:
    truth = {f"e{n}": "ab"[n % 2] for n in range(12)}
    queue = Queue(list(truth))
    reviewer = Reviewer(client(queue), Team("p", truth, count=1, seconds=0))

    reviewer.start()
    eventually(lambda: len(queue.answers) == len(truth))
    reviewer.stop()

    assert queue.answers == truth


def test_the_next_items_come_with_the_answer_not_with_a_claim_of_their_own() -> None:
    truth = {f"e{n}": "a" for n in range(12)}
    queue = Queue(list(truth))
    reviewer = Reviewer(client(queue), Team("p", truth, count=1, seconds=0))

    reviewer.start()
    eventually(lambda: len(queue.answers) == len(truth))
    first_idle = queue.claims
    reviewer.stop()

    assert first_idle <= 2


def test_a_lost_lease_and_an_event_of_somebody_else_do_not_stop_a_reviewer() -> None:
    queue = Queue(["e1", "foreign", "e2", "e3"], lost=frozenset({"e2"}))
    truth = {"e1": "a", "e2": "b", "e3": "a"}
    reviewer = Reviewer(client(queue), Team("p", truth, count=1, seconds=0))

    reviewer.start()
    eventually(lambda: "e3" in queue.answers)
    reviewer.stop()

    assert queue.answers == {"e1": "a", "e3": "a"}


def test_a_reviewer_who_stops_gives_back_what_was_claimed() -> None:
    truth = {f"e{n}": "a" for n in range(5)}
    queue = Queue(list(truth))
    reviewer = Reviewer(client(queue), Team("p", truth, count=1, seconds=0.3))

    reviewer.start()
    eventually(lambda: queue.claims)
    reviewer.stop()

    assert {*queue.answers, *queue.released} == set(truth)
    assert queue.released


def test_each_reviewer_is_a_user_even_if_it_was_there_before() -> None:
    queue = Queue([])
    nowhere = Installation("http://127.0.0.1:1", "", "handraise")

    with reviewing(client(queue), nowhere, Team("p", {}, count=2, seconds=0)):
        pass

    assert queue.users == ["sim-1", "sim-2"]
