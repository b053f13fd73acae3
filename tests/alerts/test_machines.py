"""What goes wrong with services, Redis, clocks and databases, one after the other."""

import time
from datetime import datetime, timedelta
from pathlib import Path

from shared.clock import SystemClock
from tests.alerts.prometheus import Ring
from tests.alerts.shrinking import faster
from tests.alerts.watched import Watched, watched
from tests.builders import a_prediction_event
from tests.faults.test_f39_older_copy import put_back, save

PROJECT = "churn"
SCORER_GONE = {Ring("ServiceDown", "scorer"), Ring("Gaps", PROJECT)}
RINGS = {
    *SCORER_GONE,
    Ring("EntriesLost", "scorer"),
    Ring("ClockSkew", "scorer"),
    Ring("RedisEvicts"),
    Ring("OutboxBacklog", "review"),
    Ring("OlderCopyRestored"),
    Ring("ServiceDown", "review"),
    Ring("RedisLost", "review"),
    Ring("LedgerNotSealed"),
    Ring("StreamStuck", "review"),
    Ring("StreamLag", "review"),
}
MOST_BEHIND = 10_000


def test_what_goes_wrong_with_machines_rings(tmp_path: Path) -> None:
    with watched(tmp_path) as at:
        all_is_well(at)
        the_scorer_is_gone(at)
        its_stream_is_trimmed_and_its_clock_is_wrong(at)
        redis_is_full(at)
        an_older_copy_is_put_back(at, tmp_path / "backup")
        redis_is_lost_while_review_is_gone(at)
        nothing_can_be_sealed(at)
        nothing_can_be_queued(at)
        assert at.expected == RINGS


def all_is_well(at: Watched) -> None:
    """Events come and are answered and learned, for as long as most alerts wait."""
    at.apply(PROJECT)
    end = time.monotonic() + faster(600)
    numbers = iter(range(10_000))
    while time.monotonic() < end:
        at.accept(PROJECT, *(f"well-{next(numbers)}" for _ in range(5)))
        for claim in at.claim(PROJECT):
            assert at.decide(claim, "stay") == 201
    assert at.strange() == set()


def the_scorer_is_gone(at: Watched) -> None:
    gone(at, "scorer")
    at.accept(PROJECT, "waits")
    at.rings(*SCORER_GONE)


def its_stream_is_trimmed_and_its_clock_is_wrong(at: Watched) -> None:
    with at.stage.redis() as redis:
        redis.xtrim("handraise:requests", 0)
        redis.config_set("maxmemory-policy", "allkeys-lru")
    at.stage.start("scorer", plant=an_hour_ahead)
    at.rings(Ring("EntriesLost", "scorer"), Ring("ClockSkew", "scorer"), Ring("RedisEvicts"))
    with at.stage.redis() as redis:
        redis.config_set("maxmemory-policy", "noeviction")
    at.stage.kill("scorer")


def redis_is_full(at: Watched) -> None:
    with at.stage.redis() as redis:
        redis.config_set("maxmemory", int(redis.info("memory")["used_memory"]) // 2)
        at.accept(PROJECT, "stays")
        at.rings(Ring("OutboxBacklog", "review"))
        redis.config_set("maxmemory", 0)


def an_older_copy_is_put_back(at: Watched, backup: Path) -> None:
    gone(at, "review")
    at.rings(Ring("ServiceDown", "review"))
    save(at.stage.directory, backup)
    start(at, "review")
    with at.stage.redis() as redis:
        before = redis.xlen("handraise:corrections")
        at.say("predictions", *(a_prediction_event(project=PROJECT) for _ in range(5)))
        at.answer(PROJECT, 5, "stay")
        at.wait(lambda: redis.xlen("handraise:corrections") == before + 5)
    gone(at, "review")
    put_back(backup, at.stage.directory)
    start(at, "review")
    at.rings(Ring("OlderCopyRestored"))


def redis_is_lost_while_review_is_gone(at: Watched) -> None:
    """For so long that Prometheus has no older figure to compare with."""
    gone(at, "review")
    at.stage.lose_redis()
    time.sleep(faster(600) + 1)
    start(at, "review")
    at.rings(Ring("RedisLost", "review"))


def nothing_can_be_sealed(at: Watched) -> None:
    at.sql(
        "CREATE TRIGGER no_seals BEFORE INSERT ON review_seals"
        " BEGIN SELECT RAISE(ABORT, 'not allowed'); END"
    )
    at.accept(PROJECT, "unsealed")
    at.wait(lambda: at.api.get(f"/v1/decisions/{PROJECT}/unsealed").is_success)
    at.sql("UPDATE review_ledger SET at = datetime(at, '-2 minutes') || '.000000'")
    at.rings(Ring("LedgerNotSealed"))


def nothing_can_be_queued(at: Watched) -> None:
    """The database refuses, while events go on coming."""
    at.sql(
        "CREATE TRIGGER no_items BEFORE INSERT ON review_items"
        " BEGIN SELECT RAISE(ABORT, 'not allowed'); END"
    )
    for _ in range(3):
        events = (a_prediction_event(project=PROJECT) for _ in range(MOST_BEHIND // 2))
        at.say("predictions", *events)
    at.rings(Ring("StreamStuck", "review"), Ring("StreamLag", "review"))


def gone(at: Watched, service: str) -> None:
    at.stage.running[service].kill()
    at.stage.running[service].join()


def start(at: Watched, service: str) -> None:
    at.stage.start(service)
    at.wait(at.stage.is_ready)


def an_hour_ahead() -> None:
    """The clock of this process."""
    right = SystemClock.now

    def wrong(self: SystemClock) -> datetime:
        return right(self) + timedelta(hours=1)

    SystemClock.now = wrong  # type: ignore[method-assign]
