"""What goes wrong with events and with people, each in a project of its own."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx

from services.review.domain.slices import LEAST
from tests.alerts.dashboards import blank
from tests.alerts.prometheus import Ring
from tests.alerts.watched import Watched, watched
from tests.builders import a_prediction_event

RINGS = {
    Ring("QueueNotWorked", "forgotten"),
    Ring("ItemsOverdue", "overdue"),
    Ring("DeadlinesMissed", "overdue"),
    Ring("DeadlinesMissed", "late"),
    Ring("OverCapacity", "flooded"),
    Ring("LaneShutByChecks", "unchecked"),
    Ring("AnswersInVain", "slow"),
    Ring("ReviewersPaused", "clicked"),
    Ring("DeadLetters", "review"),
    Ring("DeadLettersWaiting", "unknown"),
    Ring("DeadLettersUnreadable", "review"),
    Ring("RecordsBroken", "tampered"),
    Ring("PasswordsGuessed"),
    Ring("CallerLimited", "stranger"),
}


def test_what_goes_wrong_with_people_rings(tmp_path: Path) -> None:
    with (
        watched(tmp_path, HANDRAISE_STRANGER_RATE_LIMIT="20") as at,
        ThreadPoolExecutor() as helpers,
    ):
        stories = (
            nobody_works, upstream_waits_in_vain, a_fallback_decides, more_comes_than_people_can_do,
            checks_wait, somebody_is_too_slow, somebody_clicks, junk_comes, an_item_is_deleted,
            slices_are_compared,
        )  # fmt: skip
        with guessing(at), flooding(at):
            for done in [helpers.submit(story, at) for story in stories]:
                done.result()
            at.rings(*RINGS)
            assert blank(at.prometheus) == set()


def nobody_works(at: Watched) -> None:
    at.apply("forgotten")
    torn(at, "forgotten", 2)
    at.sql(
        "UPDATE review_items SET received_at = datetime(received_at, '-2 hours') || '.000000'"
        " WHERE project = 'forgotten'"
    )


def upstream_waits_in_vain(at: Watched) -> None:
    at.apply("overdue", deadline={"seconds": 1, "fallback": "hold"})
    torn(at, "overdue", 2)


def a_fallback_decides(at: Watched) -> None:
    at.apply("late", deadline={"seconds": 1, "fallback": "model"})
    torn(at, "late", 2)


def more_comes_than_people_can_do(at: Watched) -> None:
    capacity = {"answers_an_hour": 1, "hours": 2}
    at.apply("flooded", policy={"error_rate": 1, "auto_margin": 0.6, "capacity": capacity})
    torn(at, "flooded", 5)


def checks_wait(at: Watched) -> None:
    """A lane is proven by answers; then nobody answers its checks any more."""
    policy = {"error_rate": 0.2, "window": 200, "audit_probability": 0.3}
    at.apply("unchecked", policy=policy)
    sure(at, "unchecked", 150)
    at.answer("unchecked", 150, "leave")
    for _ in range(5):
        time.sleep(1)
        sure(at, "unchecked", 30)


def somebody_is_too_slow(at: Watched) -> None:
    """Their leases end, and others decide before they answer: again and again."""
    at.apply("slow", lease_seconds=5)
    ada, ben = at.person("ada", "reviewer"), at.person("ben", "reviewer")
    torn(at, "slow", 8)
    held = at.claim("slow", 8, ada)
    time.sleep(5)
    taken = at.claim("slow", 8, ben)
    for late, claim in zip(held, taken, strict=True):
        assert at.decide(claim, "stay", ben) == 201
        assert at.decide(late, "leave", ada) == 409
        time.sleep(1)


def somebody_clicks(at: Watched) -> None:
    """Whatever is asked, they say the same."""
    at.apply("clicked", quality={"gold_share": 0.5, "pause_below": 0.6})
    ids = torn(at, "clicked", 20)
    at.answer("clicked", 20, "stay")
    for event_id in ids:
        body = {"event_id": event_id, "label": "stay"}
        at.api.post("/v1/projects/clicked/gold", json=body).raise_for_status()
    torn(at, "clicked", 60)
    clicker = at.person("clicker", "reviewer")
    while clicker.post("/v1/queues/clicked/claims", json={"limit": 1}).is_success:
        for claim in at.claim("clicked", 5, clicker):
            at.decide(claim, "leave", clicker)


def junk_comes(at: Watched) -> None:
    at.write("predictions", b"junk")
    at.write("dead-letters", b"junk")


def an_item_is_deleted(at: Watched) -> None:
    at.apply("tampered")
    torn(at, "tampered", 1)
    at.sql(
        "DELETE FROM review_slots WHERE item_id IN"
        " (SELECT id FROM review_items WHERE project = 'tampered')"
    )
    at.sql("DELETE FROM review_items WHERE project = 'tampered'")


def slices_are_compared(at: Watched) -> None:
    """Nothing goes wrong; it is what a dashboard shows besides."""
    at.apply("sliced", slices=["contract"])
    events = [
        a_prediction_event(project="sliced", leave=0.55, contract=contract)
        for contract in ("monthly", "yearly") * LEAST
    ]
    at.say("predictions", *events)
    at.answer("sliced", len(events), "stay", "leave")
    at.wait(lambda: bool(at.prometheus.ask("handraise_disparity")))


@contextmanager
def guessing(at: Watched) -> Iterator[None]:
    """Somebody tries passwords."""
    guess = {"name": "root", "password": "password"}
    with again_and_again(at, "127.0.0.2", lambda way: way.post("/login", data=guess), 0.1):
        yield


@contextmanager
def flooding(at: Watched) -> Iterator[None]:
    """Somebody tries tokens, much faster than is allowed."""
    with again_and_again(at, "127.0.0.3", lambda way: way.get("/v1/queues"), 0.01):
        yield


@contextmanager
def again_and_again(
    at: Watched, address: str, act: Callable[[httpx.Client], object], pause: float
) -> Iterator[None]:
    """Somebody at an address does something, until the context ends."""
    over = threading.Event()
    transport = httpx.HTTPTransport(local_address=address)

    def act_on() -> None:
        pretends = {"Origin": at.stage.url}
        with httpx.Client(base_url=at.stage.url, transport=transport, headers=pretends) as way:
            while not over.wait(pause):
                act(way)

    doing = threading.Thread(target=act_on)
    doing.start()
    try:
        yield
    finally:
        over.set()
        doing.join()


def torn(at: Watched, project: str, count: int) -> list[str]:
    """Events on which the model is torn come, and wait for people; their ids."""
    return routed(at, project, count, 0.55)


def sure(at: Watched, project: str, count: int) -> list[str]:
    """Events on which the model is sure come."""
    return routed(at, project, count, 0.97)


def routed(at: Watched, project: str, count: int, leave: float) -> list[str]:
    events = [a_prediction_event(project=project, leave=leave) for _ in range(count)]
    at.say("predictions", *events)
    ids = [str(event.subject) for event in events]
    at.wait(lambda: at.api.get(f"/v1/decisions/{project}/{ids[-1]}").is_success)
    return ids
