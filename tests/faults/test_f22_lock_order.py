"""Row 22: everybody does everything at once on a few items, and nobody waits in a circle.

Whoever changes an item locks its row, then its slots, then reviewers. PostgreSQL ends a circle by
an error that names a deadlock.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random
from threading import Barrier

import pytest

from services.review.domain.access import Role, User
from services.review.domain.votes import Answer
from services.review.errors import AlreadyAppealed, Invalid, LeaseLost, NotFound, TooLate
from services.review.use_cases.claiming import Claims, Wish
from shared.errors import Unavailable
from shared.project import Votes
from tests.builders import a_prediction, an_event_id
from tests.faults.desk import OPS, Desk
from tests.machines import records

THREADS, LEADERS, ACTS, ITEMS, MOST = 16, 4, 80, 6, 3
REFUSALS = (AlreadyAppealed, Invalid, LeaseLost, NotFound, TooLate)
_LOST_RACE = "another process wrote the same first"


class Person:
    """Somebody who acts at random, under holds that may be long lost; two share each name."""

    def __init__(self, desk: Desk, number: int) -> None:
        self.desk, self.chance = desk, Random(number)  # noqa: S311 - chance, no secret
        self.leads = number < LEADERS
        self.user = User(f"person-{number // 2}", Role.LEAD if self.leads else Role.REVIEWER)
        self.leases, self.answered, self.races = list[str](), list[int](), list[str]()
        self.acts: Mapping[str, Callable[[], object]] = {
            "claim": self.claim,
            "vote": self.vote,
            "undo": lambda: desk.workers.undo(self.chance.choice(self.answered), self.user),
            "skip": lambda: desk.queues.skip(self.lease(), self.user, "not my field"),
            "release": lambda: desk.queues.release(self.lease(), self.user),
            "escalate": lambda: desk.queues.escalate(self.lease(), self.user, "odd"),
            "heartbeat": lambda: desk.queues.heartbeat(self.lease(), self.user),
            "arrive": self.arrive,
            "appeal": self.appeal,
            "revoke": self.revoke,
        }

    def lease(self) -> str:
        return self.chance.choice(self.leases[-4:])

    def claim(self) -> None:
        queues = ["churn", "churn.leads", "churn.appeals"] if self.leads else ["churn"]
        wish = Wish(self.chance.choice(queues), self.chance.choice([1, 1, 3]))
        self.got(self.desk.queues.claim(wish, self.user))

    def vote(self) -> None:
        answer = Answer(self.chance.choice(["stay", "stay", "leave"]))
        lease, following = self.lease(), self.chance.choice([0, 1])
        outcome, claims = self.desk.decide(lease, self.user, answer, following)
        self.answered.append(outcome.item_id)
        self.got(claims)

    def got(self, claims: Claims) -> None:
        self.leases += [claim.lease.id for claim in claims.claims]

    def arrive(self) -> None:
        """Work does not run out; the newest is what people meet at."""
        self.desk.route([a_prediction(an_event_id())])

    def appeal(self) -> None:
        with self.desk.store.read() as transaction:
            item = transaction.items.get(self.chance.choice(self.answered))
        assert item is not None
        self.desk.workers.appeal("churn", item.event_id, OPS, "no")

    def revoke(self) -> None:
        name = f"person-{self.chance.randrange(THREADS // 2)}"
        since = self.desk.clock.now() - timedelta(minutes=1)
        self.desk.workers.revoke("churn", name, since, self.user, "wrong")

    def works(self, together: Barrier) -> list[str]:
        """Errors that tell of other things than a lost race."""
        together.wait()
        for _ in range(ACTS):
            self.act()
        return [race for race in self.races if _LOST_RACE not in race]

    def act(self) -> None:
        names, weights = ["claim", "arrive"], [8, 1]
        if self.leases:
            names += ["vote", "skip", "release", "escalate", "heartbeat"]
            weights += [8, 1, 1, 2, 2]
        if self.answered:
            names, weights = [*names, "undo", "appeal"], [*weights, 4, 1]
        if self.leads:
            names, weights = [*names, "revoke"], [*weights, 1]
        (name,) = self.chance.choices(names, weights)
        try:
            self.acts[name]()
        except REFUSALS:
            return
        except Unavailable as error:
            self.races.append(f"{name}: {error}")


@pytest.mark.parametrize("review_database", ["postgresql"], indirect=True)
def test_nobody_waits_in_a_circle(desk: Desk) -> None:
    desk.configure(votes=Votes(min=2, max=MOST, agree_at=0.6))
    desk.route([a_prediction(an_event_id()) for _ in range(ITEMS)])
    together = Barrier(THREADS)
    people = [Person(desk, number) for number in range(THREADS)]
    with ThreadPoolExecutor(THREADS) as threads:
        errors = [
            error for found in threads.map(lambda p: p.works(together), people) for error in found
        ]
    assert errors == []
    assert list(records.broken(records.read(desk.engine), MOST)) == []
