"""Everything that people do with a queue, in any order, on a real database, beside the rules."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from services.review.domain.access import Role, User
from services.review.domain.votes import Answer
from services.review.errors import Invalid, KeyReused, LeaseLost
from services.review.use_cases.projects import KeepProjects
from shared.project import AuditTiming, Deadline, Policy, Quality, SafeDefault, Votes
from tests.builders import a_prediction, a_project
from tests.fakes.bell import FakeBell
from tests.machines import grounds, records
from tests.machines.rules import APPEALS, LEADS, MAIN, Plan, Rules
from tests.machines.second_looks import SecondLooks, any_of
from tests.machines.stage import LEADERS, REVIEWERS

OPS = User("olga", Role.OPS)
_FALLBACKS = {"hold": "hold", "escalate": "escalate", "model": "model"}

people = st.sampled_from([*REVIEWERS, *LEADERS])
labels = st.sampled_from(["stay", "stay", "leave"])


class QueueMachine(SecondLooks):
    """One project's life; `gold_share` and `pause_below` are those of its file."""

    gold_share = 0.0
    pause_below: float | None = None

    @initialize(
        votes=st.sampled_from([(1, 1), (1, 3), (2, 2), (2, 3), (3, 3)]),
        agree_at=st.sampled_from([0.6, 0.95]),
        fallback=st.sampled_from(["hold", "escalate", "model", "safe"]),
        blind=st.booleans(),
        hidden=st.sampled_from([0.0, 0.5, 0.5, 1.0]),
        audits=st.sampled_from(AuditTiming),
    )
    def open(
        self,
        votes: tuple[int, int],
        agree_at: float,
        fallback: str,
        blind: bool,
        hidden: float,
        audits: AuditTiming,
    ) -> None:
        self.plan = Plan(*votes, fallback, blind, hidden, audits is AuditTiming.AFTER)
        self.world = Rules(self.plan)
        grounds.empty(self.database)
        self.start()
        otherwise = _FALLBACKS.get(fallback, SafeDefault(safe_default=self.plan.safe))
        project = a_project(
            MAIN,
            blind=blind,
            votes=Votes(min=votes[0], max=votes[1], agree_at=agree_at),
            deadline=Deadline.model_validate({"fallback": otherwise}),
            policy=Policy(error_rate=1, auto_margin=0.6, audit_probability=0.5, audits=audits),
            quality=Quality(
                hidden_share=hidden, gold_share=self.gold_share, pause_below=self.pause_below
            ),
        )
        KeepProjects(self.store, FakeBell(), self.clock).apply(project, OPS)
        for seconds in (None, 300):
            self.arrive(0.55, 1, seconds)

    @precondition(lambda self: self.arrived < 8)
    @rule(
        leave=st.sampled_from([0.55, 0.55, 0.55, 0.95]),
        version=st.sampled_from([1, 1, 1, 0]),
        seconds=st.sampled_from([None, None, 30, 300]),
    )
    def arrive(self, leave: float, version: int, seconds: int | None) -> None:
        self.arrived += 1
        event = f"e{self.arrived}"
        due = None if seconds is None else self.clock.now() + timedelta(seconds=seconds)
        prediction = a_prediction(event, leave=leave, version=version, deadline=due)
        if self.does(lambda: self.workers.route([prediction])) is None:
            return
        (routed,) = records.read(self.database.engine).of_kind("routed")[event]
        torn = "no_model" if version == 0 else "uncertain" if leave < 0.8 else "sure"
        assert routed["detail"] == torn or torn == "sure"
        self.world.arrive(event, routed["detail"], "leave", due)

    @rule(seconds=st.sampled_from([1, 20, 61, 181, 3600]))
    def time_passes(self, seconds: int) -> None:
        self.clock.pass_seconds(seconds)

    @precondition(lambda self: self.said and not self.store.crashes)
    @rule()
    def process_dies_in_the_next_act(self) -> None:
        self.store.crashes = True

    @rule(
        crowd=st.lists(st.sampled_from([*REVIEWERS, LEADERS[0]]), min_size=1, max_size=4),
        limit=st.sampled_from([1, 1, 2]),
    )
    def claim(self, crowd: list[User], limit: int) -> None:
        for who in crowd:
            self.claims(who, MAIN, limit)

    @rule(who=st.sampled_from(LEADERS), queue=st.sampled_from([LEADS, LEADS, APPEALS]))
    def claim_as_lead(self, who: User, queue: str) -> None:
        self.claims(who, queue, 1)

    @precondition(lambda self: self.world.holds)
    @rule(which=any_of, label=labels, key=st.booleans(), claim_next=st.sampled_from([0, 0, 1]))
    def answer(self, which: int, label: str, key: bool, claim_next: int) -> None:
        self._answer(self.held(which)[0], label, key=key, claim_next=claim_next)

    @rule(who=people, label=labels, key=st.booleans())
    def claim_and_answer(self, who: User, label: str, key: bool) -> None:
        for queue in (LEADS, APPEALS, MAIN) if who in LEADERS else (MAIN,):
            for lease in self.claims(who, queue, 1):
                self._answer(lease, label, key=key)

    @rule(which=any_of, lead=st.sampled_from(LEADERS), label=labels, waits=st.booleans())
    def some_hold_what_moves(self, which: int, lead: User, label: str, waits: bool) -> None:
        """Two hold an item and one escalates it: a lead answers first, or the other's time ends."""
        for who in REVIEWERS[:2]:
            self.claims(who, MAIN, 1)
        holds = self.world.holds.items()
        held = [i for i, hold in holds if hold.queue == MAIN == hold.item.queue]
        if not held or not self.escalates(held[which % len(held)]):
            return
        if waits:
            self.clock.pass_seconds(181)
            for who in REVIEWERS[2:]:
                self.claims(who, MAIN, 1)
        else:
            for lease in self.claims(lead, LEADS, 1):
                self._answer(lease, label, key=False)

    @rule(overdue=st.booleans())
    def some_disagree(self, overdue: bool) -> None:
        """Who holds items disagrees, perhaps after a deadline, and the last takes it back."""
        leases = [lease for who in REVIEWERS for lease in self.claims(who, MAIN, 1)]
        if overdue:
            self.clock.pass_seconds(31)
            self.sweep()
        for number, lease in enumerate(leases):
            if lease in self.world.holds:
                self._answer(lease, ("stay", "leave")[number % 2], key=False)
        if self.said:
            self.undo(0)

    def _answer(self, lease: str, label: str, *, key: bool, claim_next: int = 0) -> None:
        hold = self.world.holds[lease]
        who, answer = (
            self.people[hold.holder],
            Answer(label, idempotency_key=lease if key else None),
        )
        may = self.world.may_become(lease, label)
        done = self.does(lambda: self.workers.decide(lease, who, answer, claim_next))
        if done is None:
            return
        outcome, following = done
        became = outcome.status.value, outcome.decided.label if outcome.decided else None
        assert became in may
        self.world.voted(lease, label, became, self.clock.now())
        self.said[lease] = who, answer, outcome
        assert not outcome.decided or outcome.decided.revision == len(hold.item.decisions)
        self.goes_on(following.claims, who, hold.queue)

    @precondition(lambda self: self.said)
    @rule(which=any_of, otherwise=st.booleans())
    def answer_again(self, which: int, otherwise: bool) -> None:
        lease = list(self.said)[which % len(self.said)]
        who, answer, _ = self.said[lease]
        said = Answer(_other(answer.label), idempotency_key=answer.idempotency_key)
        counts = any(b.lease == lease and b.counted for i in self.every_item() for b in i.ballots)
        with self.nothing_changes():
            try:
                again, _ = self.workers.decide(lease, who, said if otherwise else answer, 0)
            except KeyReused:
                assert otherwise
                assert answer.idempotency_key
            except LeaseLost:
                assert otherwise or not counts
            else:
                assert counts
                assert not otherwise
                item = self.item_of(again.item_id)
                assert (again.decided is not None) == item.settled
                assert again.decided is None or again.decided.label == item.label

    @precondition(lambda self: self.ended())
    @rule(
        which=any_of, label=labels, act=st.sampled_from(["decide", "heartbeat", "skip", "escalate"])
    )
    def too_late(self, which: int, label: str, act: str) -> None:
        """A hold that has ended changes nothing; the newest ones are the likeliest to matter."""
        ended = self.ended()
        lease = ended[-1 - which % len(ended)]
        who, queues = self.granted[lease], self.workers.queues
        acts: Mapping[str, Callable[[], object]] = {
            "decide": lambda: self.workers.decide(lease, who, Answer(label), 0),
            "heartbeat": lambda: queues.heartbeat(lease, who),
            "skip": lambda: queues.skip(lease, who, "late"),
            "escalate": lambda: queues.escalate(lease, who, "late"),
        }
        with self.nothing_changes():
            error = self.fails(acts[act])
        assert isinstance(error, LeaseLost | Invalid)

    @precondition(lambda self: self.world.holds)
    @rule(
        which=any_of, act=st.sampled_from(["heartbeat", "release", "skip", "escalate", "escalate"])
    )
    def pass_on(self, which: int, act: str) -> None:
        lease, hold = self.held(which)
        who, queues = self.people[hold.holder], self.workers.queues
        acts: Mapping[str, Callable[[], object]] = {
            "heartbeat": lambda: queues.heartbeat(lease, who),
            "release": lambda: queues.release(lease, who),
            "skip": lambda: queues.skip(lease, who, "not my field"),
            "escalate": lambda: queues.escalate(lease, who, "odd"),
        }
        if act == "escalate" and hold.item.queue != MAIN:
            assert isinstance(self.fails(acts[act]), Invalid)
        elif not self.does(lambda: (acts[act](),)):
            return
        elif act == "heartbeat":
            hold.until = self.clock.now() + self.plan.lease
        elif act == "escalate":
            self.world.escalated(lease)
        else:
            self.world.gave_back(lease, through=act == "skip")

    @invariant()
    def promises_hold(self) -> None:
        found = self.read()
        assert list(records.broken(found, self.plan.most)) == []
        self.compare(found)


def _other(label: str) -> str:
    return "leave" if label == "stay" else "stay"
