"""The same lives with gold among the items, and with people who are paused."""

from collections.abc import Callable, Mapping

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from typing_extensions import override

from services.review.adapters.store import SqlStore
from services.review.domain.access import User
from services.review.domain.votes import Answer
from services.review.errors import LeaseLost, TooLate
from services.review.use_cases.claiming import Claim
from services.review.use_cases.deciding import Outcome, Status
from shared.events import RouteReason
from tests.machines import records
from tests.machines.golds import Copy, Golds
from tests.machines.machine import QueueMachine, labels
from tests.machines.rules import MAIN
from tests.machines.second_looks import any_of
from tests.machines.stage import LEADERS, REVIEWERS


class GoldMachine(QueueMachine):
    """A project whose reviewers get gold before anything else."""

    gold_share = 0.5

    def __init__(self) -> None:
        super().__init__()
        self.golds = Golds()
        self.came: list[str] = []

    def copies_due(self, who: User, queue: str, limit: int) -> int:
        """How many copies a claim has to bring; without an item in whose place, no new one."""
        if queue != MAIN or who in LEADERS:
            return 0
        back = int(self.golds.back(who.name, self.clock.now()) is not None)
        fresh = self.golds.fresh(self.world.items, who.name) if self.waiting(who, queue) else ()
        return back + min(limit - back, len(fresh))

    @override
    def expected(self, who: User, queue: str, limit: int) -> int:
        copies = self.copies_due(who, queue, limit)
        return copies + min(limit - copies, self.waiting(who, queue))

    @override
    def claims(self, who: User, queue: str, limit: int) -> list[str]:
        due, self.came = self.copies_due(who, queue, limit), []
        leases = super().claims(who, queue, limit)
        assert len(self.came) == due or not (leases or self.came)
        return leases

    @override
    def got(self, claim: Claim, who: User, queue: str) -> None:
        rows = {row["id"]: row for row in self.read().copies}
        if claim.lease.item.id not in rows:
            super().got(claim, who, queue)
            return
        self.looks_like_a_check(claim)
        back = self.golds.back(who.name, self.clock.now())
        if back is None or back.row != claim.lease.item.id:
            event = claim.lease.item.event_id
            assert event in self.golds.fresh(self.world.items, who.name)
            back = Copy(event, who.name, claim.lease.item.id, None, self.clock.now())
            self.golds.copies.append(back)
        self.holds_copy(back, claim)

    def holds_copy(self, copy: Copy, claim: Claim) -> None:
        assert claim.lease.item.event_id == copy.event
        copy.lease, copy.until = claim.lease.id, claim.lease.expires_at
        self.came.append(claim.lease.id)

    def looks_like_a_check(self, claim: Claim) -> None:
        """Nothing tells a copy from a random check that nobody has seen before."""
        lease = claim.lease
        assert (lease.queue, lease.item.queue, lease.sees_model) == (MAIN, MAIN, False)
        assert lease.item.reason is RouteReason.AUDIT is claim.case.route.reason
        assert (claim.opinions, claim.notes) == ((), ())

    @precondition(lambda self: any(i.settled and i.label for i in self.every_item()))
    @rule(which=any_of, lead=st.sampled_from(LEADERS))
    def mark(self, which: int, lead: User) -> None:
        settled = [i for i in self.every_item() if i.settled and i.label]
        item = settled[which % len(settled)]
        label = item.label or ""
        if self.does(lambda: self.workers.gold.mark(MAIN, item.event, label, None, lead)):
            self.golds.mark(item.event, label, lead.name)

    @precondition(lambda self: len(self.golds.marked) > 1)
    @rule(which=any_of)
    def retire(self, which: int) -> None:
        event = list(self.golds.marked)[which % len(self.golds.marked)]
        retire: Callable[[], object] = lambda: self.workers.gold.retire(MAIN, event, LEADERS[0])  # noqa: E731
        if self.does(lambda: (retire(),)):
            del self.golds.marked[event]

    @precondition(lambda self: self.golds.held())
    @rule(which=any_of, label=labels, claim_next=st.sampled_from([0, 0, 1]))
    def answer_copy(self, which: int, label: str, claim_next: int) -> None:
        copy, who = self.one_of(self.golds.held(), which)
        lease, answer = copy.lease or "", Answer(label)
        done = self.does(lambda: self.workers.decide(lease, who, answer, claim_next))
        if done is None:
            return
        outcome, following = done
        copy.said, copy.lease = (lease, label, self.clock.now()), None
        self.world.lessons.learn(who.name, 1)
        self.is_told_what_a_check_tells(outcome, label)
        self.goes_on(following.claims, who, MAIN)

    def is_told_what_a_check_tells(self, outcome: Outcome, label: str) -> None:
        may = {Status.DECIDED} if self.plan.most == 1 else {Status.DECIDED, Status.WAITING}
        if self.plan.least > 1:
            may = {Status.WAITING}
        assert outcome.status in may
        assert (outcome.decided is not None) == (outcome.status is Status.DECIDED)
        assert outcome.decided is None or outcome.decided.label == label

    @precondition(lambda self: self.golds.answered())
    @rule(which=any_of, label=labels)
    def answer_copy_again(self, which: int, label: str) -> None:
        copy, who = self.one_of(self.golds.answered(), which)
        assert copy.said
        lease, said, _ = copy.said
        with self.nothing_changes():
            try:
                self.workers.decide(lease, who, Answer(label), 0)
            except LeaseLost:
                assert label != said
            else:
                assert label == said

    @precondition(lambda self: self.golds.held())
    @rule(which=any_of, act=st.sampled_from(["heartbeat", "release", "skip", "escalate"]))
    def pass_copy_on(self, which: int, act: str) -> None:
        copy, who = self.one_of(self.golds.held(), which)
        queues, lease = self.workers.queues, copy.lease or ""
        acts: Mapping[str, Callable[[], object]] = {
            "heartbeat": lambda: queues.heartbeat(lease, who),
            "release": lambda: queues.release(lease, who),
            "skip": lambda: queues.skip(lease, who, "odd"),
            "escalate": lambda: queues.escalate(lease, who, "odd"),
        }
        if not self.does(lambda: (acts[act](),)):
            return
        if act == "heartbeat":
            copy.until = self.clock.now() + self.plan.lease
        else:
            copy.lease, copy.passed = None, act != "release"
            self.claims(who, MAIN, 1)

    @precondition(lambda self: self.golds.answered())
    @rule(which=any_of)
    def undo_copy(self, which: int) -> None:
        copy, who = self.one_of(self.golds.answered(), which)
        assert copy.said
        if self.clock.now() - copy.said[2] > self.plan.undo:
            assert isinstance(self.fails(lambda: self.workers.undo(copy.row, who)), TooLate)
            return
        claim = self.does(lambda: self.workers.undo(copy.row, who))
        if claim is not None:
            copy.said = None
            self.world.lessons.learn(who.name, -1)
            self.looks_like_a_check(claim)
            self.holds_copy(copy, claim)

    @rule(who=st.sampled_from(REVIEWERS), for_long=st.booleans())
    def pause_or_let_back(self, who: User, for_long: bool) -> None:
        with SqlStore.write(self.store) as transaction:
            transaction.users.put(who)
        self._change_standing(who)
        if not for_long and who.name in self.world.paused:
            self._change_standing(who)

    def _change_standing(self, who: User) -> None:
        standing, paused = self.workers.standing, self.world.paused
        act = standing.resume if who.name in paused else standing.pause
        if not self.does(lambda: act(MAIN, who.name, LEADERS[0], "we talked")):
            return
        if who.name in paused:
            self.world.lessons.evidence[who.name] = 0.0
        self.world.paused = paused ^ {who.name}

    @override
    def compare(self, found: records.Records) -> None:
        """Copies stand as they must, and nothing else has changed by them."""
        super().compare(found)
        rows = {row["id"]: row for row in found.copies}
        assert rows.keys() == {copy.row for copy in self.golds.copies}
        for copy in self.golds.copies:
            slots = [slot["lease_id"] for slot in found.slots_of(rows[copy.row])]
            assert slots == ([] if copy.said else [copy.lease]), copy
            assert bool(rows[copy.row]["settled"]) == bool(copy.said), copy
        with self.store.read() as transaction:
            scores = transaction.gold.scores(MAIN)
        assert {who: (s.seen, s.right) for who, s in scores.items()} == self.golds.scores()

    def one_of(self, copies: list[Copy], which: int) -> tuple[Copy, User]:
        copy = copies[-1 - which % len(copies)]
        return copy, self.people[copy.holder]
