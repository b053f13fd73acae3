"""Simulated reviewers: they claim, decide, repeat what was not answered, and dawdle."""

import random
import threading
import time
from dataclasses import dataclass
from typing import Any

import httpx

from tests.chaos.senders import PROJECT, dice, truth
from tests.chaos.stage import Stage
from tests.chaos.witness import Witness

ABANDON, DAWDLE, TWICE, CHAIN = 0.04, 0.12, 0.05, 0.3
"""Shares: left for ever; answered after the lease has ended; sent twice; with a next claim."""
PATIENCE_SECONDS = 30.0
LEASE_SECONDS = 5


@dataclass(frozen=True)
class Late:
    """An answer that is given when its lease has long ended."""

    due: float
    claim: dict[str, Any]


class Reviewers:
    """Threads, each a user of its own."""

    def __init__(self, stage: Stage, witness: Witness, seed: int, count: int) -> None:
        self._stage, self._witness = stage, witness
        self._working, self._stopping = threading.Event(), threading.Event()
        self._resting = [threading.Event() for _ in range(count)]
        self._threads = [
            threading.Thread(target=self._review, args=(number, dice(seed, number)))
            for number in range(count)
        ]
        self._tokens = [self._hire(f"reviewer-{number}") for number in range(count)]

    def start(self) -> None:
        self._working.set()
        for thread in self._threads:
            thread.start()

    def pause(self) -> None:
        """Return when everybody has finished the answer in hand."""
        self._working.clear()
        for resting in self._resting:
            resting.wait(PATIENCE_SECONDS + 5)

    def resume(self) -> None:
        for resting in self._resting:
            resting.clear()
        self._working.set()

    def stop(self) -> None:
        self._stopping.set()
        self._working.set()
        for thread in self._threads:
            thread.join()

    def _hire(self, name: str) -> str:
        with self._stage.api() as api:
            api.post("/v1/users", json={"name": name, "role": "reviewer"}).raise_for_status()
            made = api.post(f"/v1/users/{name}/tokens", json={"kind": "api"})
            token: str = made.raise_for_status().json()["token"]
            return token

    def _review(self, number: int, draw: random.Random) -> None:
        hands: list[dict[str, Any]] = []
        late: list[Late] = []
        with self._stage.api(self._tokens[number]) as api:
            while not self._stopping.is_set():
                if not self._working.is_set():
                    self._resting[number].set()
                    self._working.wait()
                    continue
                if late and late[0].due <= time.monotonic():
                    self._decide(api, late.pop(0).claim, draw)
                elif hands:
                    self._take(api, hands, late, draw)
                else:
                    hands = self._claim(api)
                    if not hands:
                        self._stopping.wait(0.05)

    def _take(
        self, api: httpx.Client, hands: list[dict[str, Any]], late: list[Late], draw: random.Random
    ) -> None:
        claim = hands.pop(0)
        chance = draw.random()
        if chance < ABANDON:
            return
        if chance < ABANDON + DAWDLE:
            late.append(Late(time.monotonic() + LEASE_SECONDS + draw.random(), claim))
        else:
            hands += self._decide(api, claim, draw)

    def _claim(self, api: httpx.Client) -> list[dict[str, Any]]:
        body = {"limit": 3, "lease_seconds": LEASE_SECONDS}
        answer = self._post(api, f"/v1/queues/{PROJECT.name}/claims", body, {})
        if answer is None or answer.status_code == 503:
            return []
        if answer.status_code != 200:
            self._witness.wonders(f"claims: {answer.status_code} {answer.text[:200]}")
            return []
        claims: list[dict[str, Any]] = answer.json()["claims"]
        return claims

    def _decide(
        self, api: httpx.Client, claim: dict[str, Any], draw: random.Random
    ) -> list[dict[str, Any]]:
        """Say it until there is an answer; the next claims that came with it."""
        item = claim["item"]
        address = f"/v1/leases/{claim['lease']['id']}/decision"
        body = {
            "label": truth(item["features"], draw),
            "claim_next": int(draw.random() < CHAIN),
        }
        headers = {"Idempotency-Key": f"{draw.getrandbits(64):x}"}
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end and not self._stopping.is_set():
            answer = self._post(api, address, body, headers)
            if answer is not None and answer.status_code == 201:
                said = answer.json()
                self._told(said["decision"])
                if draw.random() < TWICE:
                    self._again(api, address, body, headers)
                claims: list[dict[str, Any]] = said["claims"]
                return claims
            if answer is not None and answer.status_code == 409:
                return []
            if answer is not None and answer.status_code != 503:
                self._witness.wonders(f"decision: {answer.status_code} {answer.text[:200]}")
                return []
            time.sleep(0.03)
        self._witness.gives_up(item["event_id"])
        return []

    def _again(
        self, api: httpx.Client, address: str, body: dict[str, Any], headers: dict[str, str]
    ) -> None:
        """A double click: the same decision, or no answer at all."""
        answer = self._post(api, address, {**body, "claim_next": 0}, headers)
        if answer is None or answer.status_code == 503:
            return
        if answer.status_code == 201:
            self._told(answer.json()["decision"])
        else:
            self._witness.wonders(f"said twice: {answer.status_code} {answer.text[:200]}")

    def _told(self, decision: dict[str, Any]) -> None:
        self._witness.is_told(decision["event_id"], decision["label"])

    def _post(
        self, api: httpx.Client, address: str, body: dict[str, Any], headers: dict[str, str]
    ) -> httpx.Response | None:
        try:
            answer = api.post(address, json=body, headers=headers)
        except httpx.HTTPError:
            self._witness.hears(0)
            return None
        self._witness.hears(answer.status_code)
        return answer
