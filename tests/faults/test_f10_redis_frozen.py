"""Row 10: Redis stands still; people go on working, and all of it leaves afterwards."""

import os
import signal
import time

import httpx

from tests.chaos.senders import PROJECT, features
from tests.faults.ground import Ground

FROZEN_SECONDS = 5.0
ANSWER_SECONDS = 2.0


def test_people_are_answered_and_nothing_is_lost(at: Ground) -> None:
    at.send(30)
    at.wait(lambda: at.left().get("people", 0) == 30)
    redis = at.stage.running["redis"].pid
    assert redis is not None
    os.kill(redis, signal.SIGSTOP)
    try:
        end = time.monotonic() + FROZEN_SECONDS
        at.api.timeout = httpx.Timeout(ANSWER_SECONDS)
        answered = 0
        while time.monotonic() < end:
            body = {"events": [{"event_id": f"late-{answered}", "features": features("late")}]}
            sent = at.api.post(f"/v1/projects/{PROJECT.name}/requests", json=body)
            assert sent.status_code == 202
            at.told.sends([f"late-{answered}"])
            at.told.acknowledges([f"late-{answered}"])
            for claim in at.claim(1):
                at.decide(claim)
            answered += 1
            time.sleep(0.2)
    finally:
        os.kill(redis, signal.SIGCONT)
    assert answered
    at.wait(at.stage.is_ready)
    at.settle()
