"""What is looked at once more: answers taken back, revoked, contested, and deadlines."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from services.review.domain.access import Role, User
from services.review.errors import AlreadyAppealed, NotFound, TooLate
from tests.machines.rules import MAIN
from tests.machines.stage import LEADERS, Stage

UP = User("shop", Role.UPSTREAM)
any_of = st.integers(0, 999)


class SecondLooks(Stage):
    """The acts that open again what was closed."""

    @precondition(lambda self: self.said)
    @rule(which=any_of)
    def undo(self, which: int) -> None:
        lease = list(self.said)[-1 - which % len(self.said)]
        who, _, outcome = self.said[lease]
        item = self.item_of(outcome.item_id)
        ballot = self.world.last_of(item, who.name, self.clock.now())
        if isinstance(ballot, str):
            error = self.fails(lambda: self.workers.undo(outcome.item_id, who))
            assert isinstance(error, NotFound | TooLate)
            assert error.slug == ballot
            return
        claim = self.does(lambda: self.workers.undo(outcome.item_id, who))
        if claim is not None:
            self.granted[claim.lease.id] = who
            self.world.undone(item, ballot, claim.lease.id, claim.lease.expires_at)
            assert claim.lease.queue == ballot.queue
            seen = claim.lease.sees_model
            assert seen == self.world.sees_model(item, seen)
            self.is_blind(claim, item)

    @precondition(lambda self: self.said)
    @rule(which=any_of, minutes=st.sampled_from([1, 60]))
    def revoke(self, which: int, minutes: int) -> None:
        who = list(self.said.values())[-1 - which % len(self.said)][0]
        since = self.clock.now() - timedelta(minutes=minutes)
        taken = list(self.world.revoked_by(who.name, since))
        lea = LEADERS[0]
        revoked = self.does(lambda: self.workers.revoke(MAIN, who.name, since, lea, "wrong"))
        if revoked is None:
            return
        settled = {row["event_id"]: row["settled"] for row in self.read().items}
        reopened = 0
        for item, ballot in taken:
            ballot.counted = False
            if ballot.round != item.round:
                continue
            if not item.settled:
                self.world.offer(item, self.world.wanted(item))
            elif not settled[item.event]:
                self.world.reopened(item)
                reopened += 1
            else:
                assert self.world.stands(item) is None
        assert (revoked.answers, revoked.reopened) == (len(taken), reopened)

    @precondition(lambda self: self.said)
    @rule(which=any_of)
    def appeal(self, which: int) -> None:
        items = self.every_item()
        item = items[which % len(items)]
        contest = lambda: self.workers.appeal(MAIN, item.event, UP, "no")  # noqa: E731
        if not item.decisions:
            assert isinstance(self.fails(contest), NotFound)
        elif item.stage == "appealed" and not item.settled:
            assert isinstance(self.fails(contest), AlreadyAppealed)
        elif self.does(contest):
            self.world.appealed(item)

    @precondition(lambda self: any(i.deadline and not i.late for i in self.every_item()))
    @rule()
    def sweep(self) -> None:
        done = self.does(lambda: (self.workers.meet_deadlines(),))
        if done is not None:
            self.world.swept(self.clock.now())
