"""Simulated reviewers: they claim and answer over HTTP like people, with the known labels."""

import contextlib
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from handraise.client import ApiError, Claim, Client, Unreachable
from handraise.installation import Installation

PREFETCH = 5
IDLE_SECONDS = 0.05
_CONFLICT = 409
_SERVER_ERROR = 500


@dataclass(frozen=True)
class Team:
    """Simulated reviewers.

    Attributes:
        queue: where they claim.
        truth: the known label of each event.
        count: how many.
        seconds: how long each looks at an item.
    """

    queue: str
    truth: Mapping[str, str]
    count: int
    seconds: float


class Reviewer:
    """One simulated reviewer, on a thread of its own."""

    def __init__(self, client: Client, team: Team) -> None:
        """Take a client of this reviewer alone, with the reviewer's own token."""
        self._client = client
        self._team = team
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._work, name="reviewer", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the item at hand, give the others back, and stop."""
        self._done.set()
        self._thread.join()

    def _work(self) -> None:
        hand: deque[Claim] = deque()
        while not self._done.is_set():
            try:
                if not hand:
                    hand.extend(self._client.claim(self._team.queue, PREFETCH).claims)
                if hand:
                    following = self._answer(hand[0], PREFETCH - len(hand) + 1)
                    hand.popleft()
                    hand.extend(following)
                else:
                    self._done.wait(IDLE_SECONDS)
            except (ApiError, Unreachable):
                self._done.wait(1.0)

        with contextlib.suppress(ApiError, Unreachable):
            for claim in hand:
                self._client.release(claim)

    def _answer(self, claim: Claim, room: int) -> list[Claim]:
        label = self._team.truth.get(claim.item.event_id)
        if label is None:
            return []
        began = time.monotonic()
        self._done.wait(self._team.seconds)
        try:
            spent = time.monotonic() - began
            answer = self._client.decide(claim, label, seconds_spent=spent, claim_next=room)
        except ApiError as error:
            if error.status >= _SERVER_ERROR:
                raise
            return []
        return answer.claims


@contextlib.contextmanager
def reviewing(admin: Client, installation: Installation, team: Team) -> Iterator[None]:
    """Have a team at work for as long as the block lasts, each a user with a token."""
    with contextlib.ExitStack() as stack:
        for number in range(1, team.count + 1):
            token = _hire(admin, f"sim-{number}")
            client = stack.enter_context(Client(installation.url, token))
            reviewer = Reviewer(client, team)
            reviewer.start()
            stack.callback(reviewer.stop)
        yield


def _hire(admin: Client, name: str) -> str:
    try:
        admin.add_user(name, "reviewer")
    except ApiError as error:
        if error.status != _CONFLICT:
            raise
    return admin.create_token(name).token
