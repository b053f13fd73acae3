"""Gold in disguise: given like a random check, marked at once, and nothing else happens."""

import pytest

from services.review.api.work_answers import ClaimAnswer, DecisionAnswer
from services.review.domain.ledger import Kind
from services.review.domain.reviewers import Reviewer, State
from services.review.domain.votes import Answer
from services.review.errors import Invalid, LeaseLost, NotFound, Paused, TooLate
from services.review.use_cases.claiming import Claim, Claims, Wish
from services.review.use_cases.deciding import Status
from shared.events import RouteReason
from shared.project import AuditTiming, Policy, Quality, Votes
from tests.unit.review.voting_desk import ADA, BEN, CY, LEA, LEO, Desk

ALWAYS = Policy(error_rate=1, auto_margin=0.6, audit_probability=1)


class GoldDesk(Desk):
    """A project in which Lea has made some events gold that Ben has decided."""

    def __init__(self, gold: int = 3, **project: object) -> None:
        quality = Quality(gold_share=0.05, pause_below=0.6)
        super().__init__(**({"quality": quality, "policy": ALWAYS} | project))
        self.names = [f"gold{number}" for number in range(gold)]
        self.arrive(*self.names)
        for _ in self.names:
            claim = self.claim(LEO)
            self.decide(claim.lease.id, LEO, Answer("stay"), 0)
        for name in self.names:
            self.gold.mark("churn", name, "stay", "see the guideline", LEA)

    def known(self, name: str) -> Reviewer:
        return self.store.kept.reviewers.get("churn", name)

    def is_gold(self, claim: Claim) -> bool:
        return claim.lease.item.event_id in self.names

    def take(self, *, gold: bool = True) -> Claim:
        """Ada's next item."""
        claim = self.claim(ADA)
        assert self.is_gold(claim) is gold
        return claim


def test_a_new_reviewer_gets_gold_first_and_each_once() -> None:
    desk = GoldDesk(gold=3)
    desk.arrive("a", "b", leave=0.9)
    given = [claim.lease.item.event_id for claim in desk.queues.claim(Wish("churn", 9), ADA).claims]
    assert sorted(given[:3]) == desk.names
    assert sorted(given[3:]) == ["a", "b"]
    assert desk.why_nothing(ADA) == "all_leased"


def test_without_items_or_a_share_there_is_no_gold() -> None:
    assert GoldDesk().why_nothing(ADA) == "no_items"
    desk = GoldDesk(quality=Quality())
    desk.arrive("a")
    desk.take(gold=False)


def test_leads_get_none_since_they_may_read_which_it_is() -> None:
    desk = GoldDesk()
    desk.arrive("a")
    assert not desk.is_gold(desk.claim(LEO))


def test_nobody_gets_what_they_have_held_before() -> None:
    desk = GoldDesk(gold=0)
    desk.names = ["e"]
    desk.arrive("e")
    desk.say(ADA, "stay")
    desk.gold.mark("churn", "e", "stay", None, LEA)
    desk.arrive("a")
    desk.take(gold=False)
    desk.arrive("b")
    assert desk.is_gold(desk.claim(BEN))


def test_later_a_share_is_gold() -> None:
    desk = GoldDesk(gold=60, quality=Quality(gold_share=0.2))
    desk.arrive(*(f"e{number}" for number in range(150)))
    claims = desk.queues.claim(Wish("churn", 112), ADA).claims
    kinds = [desk.is_gold(claim) for claim in claims]
    assert all(kinds[:12])
    assert 8 < sum(kinds[12:]) < 35


def outside(claim: Claim) -> dict[str, object]:
    """What a reviewer sees of an item, but for what differs between any two."""
    seen = ClaimAnswer.of(claim).model_dump(mode="json")
    for part, names in {
        "item": ("id", "event_id", "received_at", "features"),
        "lease": ("id",),
    }.items():
        for name in names:
            del seen[part][name]
    return seen


def told(desk: Desk, claim: Claim, label: str = "stay") -> dict[str, object]:
    """What a reviewer is told of an answer, but for what differs between any two."""
    outcome, _ = desk.decide(claim.lease.id, ADA, Answer(label), 0)
    answer = DecisionAnswer.made(outcome, Claims([])).model_dump()
    assert answer.pop("item") == claim.lease.item.id
    if answer["decision"]:
        assert answer["decision"].pop("event_id") == claim.lease.item.event_id
        if answer["decision"]["decided_at"] == claim.lease.item.received_at:
            answer["decision"]["decided_at"] = "when it was received"
    return answer


@pytest.mark.parametrize("votes", [Votes(), Votes(min=2, max=3), Votes(min=1, max=3)])
def test_gold_looks_like_a_random_check(votes: Votes) -> None:
    desk = GoldDesk(gold=1, votes=votes) if votes == Votes() else _voted(votes)
    desk.arrive("a", leave=0.9)
    gold = desk.take()
    desk.queues.heartbeat(gold.lease.id, ADA)
    real = desk.take(gold=False)
    desk.queues.heartbeat(real.lease.id, ADA)
    assert real.lease.item.reason is RouteReason.AUDIT
    assert outside(gold) == outside(real)
    assert gold.lease.item.id not in {1, real.lease.item.id}
    assert gold.lease.item.received_at < real.lease.item.received_at
    assert told(desk, gold) == told(desk, real)


AFTER = Policy(error_rate=1, auto_margin=0.6, audit_probability=1, audits=AuditTiming.AFTER)


@pytest.mark.parametrize(
    ("label", "decision"),
    [("leave", (1, "leave", "model")), ("stay", (2, "stay", "reviewers"))],
)
def test_gold_looks_like_a_random_check_of_what_was_decided_at_once(
    label: str, decision: tuple[int, str, str]
) -> None:
    desk = GoldDesk(gold=1, policy=AFTER)
    desk.arrive("a", leave=0.9)
    gold, real = desk.take(), desk.take(gold=False)
    assert outside(gold) == outside(real)
    desk.clock.pass_seconds(20)
    answer = told(desk, gold, label)
    assert answer == told(desk, real, label)
    made = answer["decision"]
    assert isinstance(made, dict)
    assert (made["revision"], made["label"], made["decided_by"]) == decision
    assert told(desk, gold, label) == answer


@pytest.mark.parametrize("policy", [ALWAYS, AFTER])
@pytest.mark.parametrize("labels", [("stay", "leave"), ("leave", "leave"), ("leave", "stay")])
def test_taking_back_looks_alike_too(policy: Policy, labels: tuple[str, str]) -> None:
    desk = GoldDesk(gold=1, policy=policy)
    desk.arrive("a", leave=0.9)
    gold, real = desk.take(), desk.take(gold=False)
    for label in labels:
        desk.clock.pass_seconds(5)
        assert told(desk, gold, label) == told(desk, real, label)
        gold, real = (desk.undo(claim.lease.item.id, ADA) for claim in (gold, real))
        assert outside(gold) == outside(real)


def _voted(votes: Votes) -> GoldDesk:
    """Gold where several had to answer."""
    desk = GoldDesk(gold=0, votes=votes)
    desk.names = ["gold"]
    desk.arrive("gold")
    for who in (BEN, CY):
        if desk.queues.state("churn", who).state.depth:
            desk.say(who, "stay")
    if not desk.decisions():
        desk.say(LEO, "stay")
    desk.gold.mark("churn", "gold", "stay", None, LEA)
    return desk


def test_an_answer_on_gold_teaches_and_does_nothing_else() -> None:
    desk = GoldDesk(gold=1)
    desk.arrive("a")
    before = desk.decisions(), desk.corrections(), desk.store.kept.votes.ballots
    claim = desk.take()
    outcome, _ = desk.decide(claim.lease.id, ADA, Answer("leave"), 0)
    assert outcome.status is Status.DECIDED
    assert (desk.decisions(), desk.corrections(), desk.store.kept.votes.ballots) == before
    assert desk.known("ada").skill.counts == {"stay": {"leave": 1.0}}
    assert desk.story("gold0", Kind.VOTED)[0]["reviewer"] == "leo"
    (entry,) = desk.store.kept.ledger.story("churn", "1", [Kind.GOLD_ANSWERED])
    assert entry.detail == "gold.wrong"
    (ada,) = [r for r in desk.measure.reviewers("churn") if r.reviewer.name == "ada"]
    assert (ada.gold.seen, ada.gold.right) == (1, 0)
    assert desk.queues.state("churn", ADA).state.depth == 1


def test_the_same_answer_again_gets_the_same_outcome_and_another_is_refused() -> None:
    desk = GoldDesk(gold=1)
    desk.arrive("a")
    claim = desk.take()
    first = desk.decide(claim.lease.id, ADA, Answer("stay"), 0)
    assert desk.decide(claim.lease.id, ADA, Answer("stay"), 0) == first
    with pytest.raises(LeaseLost, match="ada decided 'stay'"):
        desk.decide(claim.lease.id, ADA, Answer("leave"), 0)
    assert desk.known("ada").skill.right == 1


def test_what_is_given_back_comes_again_and_what_is_skipped_does_not() -> None:
    desk = GoldDesk(gold=1)
    desk.arrive("a")
    claim = desk.take()
    desk.queues.keep_draft(claim.lease.id, ADA, None, "half a thought")
    desk.queues.release(claim.lease.id, ADA)
    again = desk.take()
    assert again.lease.item.id == claim.lease.item.id
    assert again.draft is not None
    desk.clock.pass_seconds(181)
    expired = desk.take()
    with pytest.raises(LeaseLost, match="went to somebody else"):
        desk.decide(again.lease.id, ADA, Answer("stay"), 0)
    desk.queues.skip(expired.lease.id, ADA, "not mine")
    desk.take(gold=False)
    assert desk.why_nothing(ADA) == "all_leased"


def test_escalated_gold_goes_nowhere() -> None:
    desk = GoldDesk(gold=1)
    desk.arrive("a")
    assert desk.queues.escalate(desk.take().lease.id, ADA, "odd") == "churn.leads"
    assert desk.why_nothing(LEA, "churn.leads") == "no_items"
    desk.take(gold=False)


def test_an_answer_is_taken_back_and_given_otherwise() -> None:
    desk = GoldDesk(gold=1)
    desk.arrive("a")
    claim = desk.take()
    desk.decide(claim.lease.id, ADA, Answer("leave"), 0)
    held = desk.undo(claim.lease.item.id, ADA)
    assert desk.known("ada").skill.counts == {}
    assert outside(held) == outside(claim)
    desk.decide(held.lease.id, ADA, Answer("stay"), 0)
    assert desk.known("ada").skill.counts == {"stay": {"stay": 1.0}}
    desk.clock.pass_seconds(61)
    with pytest.raises(TooLate):
        desk.undo(claim.lease.item.id, ADA)
    with pytest.raises(NotFound):
        desk.undo(claim.lease.item.id, BEN)


def test_who_clicks_at_random_is_paused_by_gold_alone() -> None:
    desk = GoldDesk(gold=12)
    desk.arrive("a")
    for _ in range(12):
        desk.decide(desk.take().lease.id, ADA, Answer("leave"), 0)
        if desk.known("ada").state is State.PAUSED:
            break
    with pytest.raises(Paused):
        desk.claim(ADA)


def test_who_turns_careless_after_many_good_answers_is_noticed() -> None:
    desk = GoldDesk(gold=40, quality=Quality(gold_share=0.5, pause_below=0.8))
    good = desk.known("ada")
    for _ in range(2000):
        good = good.taught("stay", {"stay": 1.0}, 1.0)
    desk.store.kept.reviewers.put(good)
    desk.arrive(*(f"e{number}" for number in range(80)))
    answers = 0
    while desk.known("ada").state is not State.PAUSED:
        desk.say(ADA, "leave")
        answers += 1
    assert "of the last" in (desk.known("ada").reason or "")
    assert answers < 60


def test_only_what_people_decided_becomes_gold() -> None:
    desk = GoldDesk(gold=1, policy=Policy(error_rate=1, auto_margin=0.6, audit_probability=1e-9))
    desk.arrive("sure", leave=0.95)
    desk.arrive("open")
    for event_id, label, error in (
        ("sure", "leave", NotFound),
        ("open", "stay", Invalid),
        ("gold0", "leave", Invalid),
    ):
        with pytest.raises(error):
            desk.gold.mark("churn", event_id, label, None, LEA)
    desk.gold.retire("churn", "gold0", LEA)
    with pytest.raises(NotFound):
        desk.gold.retire("churn", "gold0", LEA)
    desk.take(gold=False)
    (page,) = desk.gold.page("churn", 5, None).items
    assert not page.active
    with pytest.raises(NotFound):
        desk.gold.page("loans", 5, None)
