"""Where the machine works: people, the real store, and how each act is held to the rules."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from hypothesis.stateful import RuleBasedStateMachine
from typing_extensions import override

from services.review.adapters.store import SqlStore, SqlTransaction
from services.review.domain.access import Role, User
from services.review.domain.votes import Answer
from services.review.errors import Paused, ReviewError
from services.review.use_cases.claiming import Claim, Wish
from services.review.use_cases.deciding import Outcome
from shared.database import Database
from shared.streams import Keyspace
from tests.fakes.bell import FakeBell
from tests.fakes.clock import FakeClock
from tests.fakes.review_workers import Workers
from tests.machines import records
from tests.machines.rules import LEADS, MAIN, Hold, Item, Plan, Rules

REVIEWERS = [User(name, Role.REVIEWER) for name in ("ada", "ben", "cy", "dee")]
LEADERS = [User(name, Role.LEAD) for name in ("lea", "leo", "lin")]
_KEYS = Keyspace("test")

T = TypeVar("T")


class Crash(BaseException):
    """The process ends at this very moment."""


class CrashingStore(SqlStore):
    """Breaks the next transaction off before it is kept, if it is told so."""

    crashes = False

    @override
    @contextmanager
    def write(self) -> Iterator[SqlTransaction]:
        with super().write() as transaction:
            yield transaction
            if self.crashes:
                raise Crash


class Stage(RuleBasedStateMachine):
    """One project on one database.

    Attributes:
        database: with all tables; each example empties it.
    """

    database: Database
    world: Rules
    plan: Plan

    def __init__(self) -> None:
        super().__init__()
        self.clock = FakeClock()
        self.said: dict[str, tuple[User, Answer, Outcome]] = {}
        self.granted: dict[str, User] = {}
        self.people = {user.name: user for user in [*REVIEWERS, *LEADERS]}
        self.arrived = 0

    def start(self) -> None:
        """Begin like a new process, with nothing but what is in the database."""
        self.database.engine.dispose()
        self.store = CrashingStore(self.database, _KEYS)
        self.workers = Workers(self.store, FakeBell(), self.clock)

    def compare(self, found: records.Records) -> None:
        """The database says what the rules say."""
        rows = {row["event_id"]: row for row in found.items}
        decided = found.of_kind("decided")
        for event, item in self.world.items.items():
            said = [entry["detail"] for entry in decided.get(event, [])]
            assert said == [by for _, by in item.decisions], event
            if event not in rows:
                assert item.reason == "confident"
                continue
            row, slots = rows[event], found.slots_of(rows[event])
            held = {slot["lease_id"]: slot["holder"] for slot in slots if slot["lease_id"]}
            holds = {i: h.holder for i, h in self.world.holds.items() if h.item is item}
            stands = row["queue"], row["stage"], bool(row["settled"]), row["round"], row["label"]
            assert stands == (item.queue, item.stage, item.settled, item.round, item.label), event
            assert held == holds, event
            assert len(slots) - len(held) == item.free, event
        self._compare_people(found)

    def _compare_people(self, found: records.Records) -> None:
        """What is known of people is what their answers have told so far."""
        lessons = self.world.lessons
        rows = {row["reviewer"]: row for row in found.reviewers}
        assert rows.keys() >= lessons.evidence.keys() | {who for who, *_ in lessons.arms}
        for who, row in rows.items():
            arms = row["shown"], row["shown_agreed"], row["hidden"], row["hidden_agreed"]
            assert arms == lessons.arms_of(who), who
            assert abs(row["evidence_answered"] - lessons.evidence.get(who, 0)) < 1e-9, who

    def claims(self, who: User, queue: str, limit: int) -> list[str]:
        claim = lambda: self.workers.queues.claim(Wish(queue, limit), who)  # noqa: E731
        if who.name in self.world.paused:
            assert isinstance(self.fails(claim), Paused)
            return []
        expected = self.expected(who, queue, limit)
        claims = self.does(claim)
        if claims is None:
            return []
        assert len(claims.claims) == expected
        if not claims.claims:
            assert claims.empty_because
            why = claims.empty_because.value, claims.next_free_at
            assert why == self.world.why_nothing(queue, who.name)
        for given in claims.claims:
            self.got(given, who, queue)
        return [given.lease.id for given in claims.claims if given.lease.id in self.world.holds]

    def waiting(self, who: User, queue: str) -> int:
        """How many items of a queue somebody may claim."""
        now = self.clock.now()
        return sum(self.world.may_claim(i, queue, who.name, now) for i in self.every_item())

    def expected(self, who: User, queue: str, limit: int) -> int:
        """How many a claim has to bring."""
        return min(limit, self.waiting(who, queue))

    def got(self, claim: Claim, who: User, queue: str) -> None:
        item, now = self.world.items[claim.lease.item.event_id], self.clock.now()
        assert self.world.may_claim(item, queue, who.name, now)
        found = self.read()
        row = next(r for r in found.items if r["event_id"] == item.event)
        current = {slot["lease_id"] for slot in found.slots_of(row)}
        before = {i: hold for i, hold in self.world.holds.items() if hold.item is item}
        displaced = before.keys() - current
        assert len(displaced) <= 1
        assert displaced or item.free
        for lease in displaced:
            assert before[lease].until <= now
            assert not before[lease].left
        self.granted[claim.lease.id] = who
        self.world.claimed(
            claim.lease.id, Hold(item, who.name, queue, claim.lease.expires_at), displaced
        )
        seen = claim.lease.sees_model
        assert seen == self.world.sees_model(item, seen)
        self.is_blind(claim, item)

    def goes_on(self, claims: Sequence[Claim], who: User, queue: str) -> None:
        """Somebody has answered and is given what is next."""
        for claim in claims:
            assert who.name not in self.world.paused
            self.got(claim, who, queue)

    def is_blind(self, claim: Claim, item: Item) -> None:
        """Only the lead who is to settle a disagreement sees what others said."""
        settles = claim.lease.queue == LEADS and item.stage == "disagreed"
        said = [ballot.label for ballot in item.counted] if settles else []
        assert [ballot.label for ballot in claim.opinions] == said
        assert not claim.notes or claim.lease.queue != MAIN
        assert not claim.lease.sees_model or not self.plan.blind

    def does(self, act: Callable[[], T]) -> T | None:
        """What an act brings; None if the process died before it was kept."""
        before = records.fingerprint(self.database.engine) if self.store.crashes else None
        try:
            done = act()
        except Crash:
            assert records.fingerprint(self.database.engine) == before
            self.start()
            return None
        except ReviewError as error:
            raise AssertionError("it was refused") from error
        self.store.crashes = False
        self.looks_up()
        return done

    def looks_up(self) -> None:
        """An act is done: see what has changed behind it."""

    def fails(self, act: Callable[[], object]) -> ReviewError:
        self.store.crashes = False
        try:
            act()
        except ReviewError as error:
            return error
        raise AssertionError("it was allowed")

    def escalates(self, lease: str) -> bool:
        who = self.people[self.world.holds[lease].holder]
        if not self.does(lambda: (self.workers.queues.escalate(lease, who, "odd"),)):
            return False
        self.world.escalated(lease)
        return True

    @contextmanager
    def nothing_changes(self) -> Iterator[None]:
        self.store.crashes = False
        before = records.fingerprint(self.database.engine)
        yield
        assert records.fingerprint(self.database.engine) == before

    def read(self) -> records.Records:
        return records.read(self.database.engine)

    def every_item(self) -> list[Item]:
        return list(self.world.items.values())

    def item_of(self, item_id: int) -> Item:
        row = next(row for row in self.read().items if row["id"] == item_id)
        return self.world.items[row["event_id"]]

    def ended(self) -> list[str]:
        """Leases that ended without an answer."""
        return [i for i in self.granted if i not in self.world.holds and i not in self.said]

    def held(self, which: int) -> tuple[str, Hold]:
        held = list(self.world.holds.items())
        return held[-1 - which % len(held)]
