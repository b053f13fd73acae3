"""What queues, holds and votes must do: in the fake of the unit tests, SQLite and PostgreSQL."""

from collections.abc import Sequence

from services.review.domain.queue import Lease, LeaseEnd, Stage, Worth
from services.review.domain.votes import Because, Draft, VoteState
from services.review.ports import Hold, Store
from shared.events import RouteReason
from tests.builders import NOON, an_item
from tests.contracts.claims import LATER, MINUTE, a_ballot, always, claim


def events(leases: Sequence[Lease]) -> list[str]:
    return [lease.item.event_id for lease in leases]


def test_a_slot_has_one_holder(store: Store) -> None:
    with store.write() as transaction:
        transaction.items.add([an_item("b", rank=2.0), an_item("a", rank=1.0)])
        assert events(claim(transaction, "ada")) == ["a"]
        assert events(claim(transaction, "ben", 5)) == ["b"]
        assert claim(transaction, "cy", 5) == []
        assert transaction.leases.next_free("churn", "cy") == LATER


def test_what_people_cannot_do_is_the_newest_and_nobodys(store: Store) -> None:
    with store.write() as transaction:
        transaction.items.add(
            [
                an_item("first", rank=1.0),
                an_item("second", rank=2.0),
                an_item("third", rank=3.0, received_at=NOON - MINUTE),
                an_item("audit", rank=9.0, reason=RouteReason.AUDIT),
                an_item("decided", rank=9.0, decisions=1),
                an_item("elsewhere", rank=9.0, queue="churn.leads"),
                an_item("other", rank=9.0, project="other"),
            ]
        )
        (held,) = claim(transaction, "ada")
        assert held.item.event_id == "first"
        spared = {RouteReason.AUDIT}
        assert transaction.items.undecided("churn") == 4
        found = transaction.items.surplus("churn", spared, 5)
        assert [item.event_id for item in found] == ["second", "third"]
        assert [i.event_id for i in transaction.items.surplus("churn", spared, 1)] == ["second"]
        assert transaction.items.mark_late(found[0].id, 0)
        assert [i.event_id for i in transaction.items.surplus("churn", spared, 5)] == ["third"]
        transaction.items.settle(found[0].id, None, 1)
        transaction.items.count_vote(found[1].id)
        assert transaction.items.surplus("churn", spared, 5) == []
        assert transaction.items.undecided("churn") == 3


def test_a_candidate_that_is_gone_is_not_granted(store: Store) -> None:
    with store.write() as transaction:
        transaction.items.add([an_item("a")])
        (candidate,) = transaction.leases.candidates("churn", "ben", NOON, NOON, 5)
        assert claim(transaction, "ada")
        assert transaction.leases.grant([candidate], Hold("ben", LATER, always), NOON) is None


def test_the_first_that_nobody_has_is_granted_whatever_its_rank(store: Store) -> None:
    names = "abcdefg"
    with store.write() as transaction:
        transaction.items.add([an_item(name, rank=float(i)) for i, name in enumerate(names)])
        found = transaction.leases.candidates("churn", "ben", NOON, NOON, len(names))
        by_name = {candidate.item.event_id: candidate for candidate in found}
        wanted = [by_name[name] for name in "gfedcba"]
        assert events(claim(transaction, "ada", limit=3)) == ["a", "b", "c"]
        ben = Hold("ben", LATER, lambda item: item.event_id == "d")
        for taken, left in (("g", wanted), ("d", wanted[3:]), ("e", wanted[2:])):
            lease = transaction.leases.grant(left, ben, NOON)
            assert lease is not None
            kept = transaction.leases.get(lease.id)
            assert kept is not None
            assert (kept.item.event_id, kept.holder, kept.holds) == (taken, "ben", True)
            assert kept.sees_model is lease.sees_model is (taken == "d")
        assert transaction.leases.grant([*wanted[4:], *wanted[:1]], ben, NOON) is None
        last = transaction.leases.grant([*wanted[4:], *wanted[2:4], *wanted[:2]], ben, NOON)
        assert last is not None
        assert last.item.event_id == "f"


def test_an_item_with_two_slots_is_held_by_two_and_not_twice_by_one(store: Store) -> None:
    with store.write() as transaction:
        transaction.items.add([an_item("a", slots=2)])
        assert events(claim(transaction, "ada")) == ["a"]
        assert claim(transaction, "ada") == []
        assert events(claim(transaction, "ben")) == ["a"]
        assert claim(transaction, "cy") == []


def test_urgent_items_and_the_first_by_rank_are_candidates(store: Store) -> None:
    with store.write() as transaction:
        low = [an_item(f"low{n}", rank=float(n)) for n in range(5)]
        urgent = an_item("urgent", rank=9.0, deadline=NOON + MINUTE)
        transaction.items.add([*low, urgent])
        found = transaction.leases.candidates("churn", "ada", NOON, NOON + 2 * MINUTE, 2)
        names = {candidate.item.event_id for candidate in found}
        assert names == {"low0", "low1", "urgent"}
        assert next(c for c in found if c.item.deadline).worth == Worth("leave", 0.4)


def test_an_expired_hold_is_claimed_with_a_higher_token(store: Store) -> None:
    with store.write() as transaction:
        transaction.items.add([an_item("a")])
        (old,) = claim(transaction, "ada")
        (new,) = claim(transaction, "ben", now=LATER)
        stale = transaction.leases.get(old.id)
        assert stale is not None
        assert not stale.holds
        assert new.token > old.token
        assert not transaction.leases.use(stale)
        assert not transaction.leases.extend(stale, LATER)
        assert not transaction.leases.give_back(stale, LeaseEnd.RELEASED)
        assert transaction.leases.extend(new, LATER + 10 * MINUTE)
        assert transaction.leases.next_free("churn", "cy") == LATER + 10 * MINUTE
        assert transaction.leases.use(new)
        assert not transaction.leases.use(new)


def test_an_expired_hold_counts_until_somebody_claims(store: Store) -> None:
    with store.write() as transaction:
        transaction.items.add([an_item("a")])
        (old,) = claim(transaction, "ada")
        kept = transaction.leases.get(old.id)
        assert kept is not None
        assert kept.holds
        assert (kept.queue, kept.sees_model, kept.holder) == ("churn", True, "ada")
        assert transaction.leases.use(kept)


def test_what_is_given_back_is_free_at_once(store: Store) -> None:
    with store.write() as transaction:
        transaction.items.add([an_item("a")])
        (lease,) = claim(transaction, "ada")
        assert transaction.leases.give_back(lease, LeaseEnd.RELEASED)
        assert len(claim(transaction, "ben")) == 1


def test_whoever_is_through_with_an_item_never_sees_it_again(store: Store) -> None:
    with store.write() as transaction:
        transaction.items.add([an_item("a")])
        (lease,) = claim(transaction, "ada")
        transaction.leases.give_back(lease, LeaseEnd.SKIPPED)
        item_id = lease.item.id
        for reason, is_new in (("not my field", True), ("said twice", False)):
            passed = transaction.votes.pass_on(item_id, "ada", Because.SKIPPED, reason, NOON)
            assert passed is is_new
        assert claim(transaction, "ada") == []
        assert transaction.leases.next_free("churn", "ada") is None
        assert transaction.leases.any_in("churn")
        assert transaction.votes.notes(item_id) == [("ada", Because.SKIPPED, "not my field")]
        transaction.votes.welcome_back(item_id, "ada")
        assert len(claim(transaction, "ada")) == 1


def test_settling_takes_all_slots_away(store: Store) -> None:
    with store.write() as transaction:
        transaction.items.add([an_item("a", slots=3)])
        (held,) = claim(transaction, "ada")
        item = transaction.items.count_vote(held.item.id)
        assert item is not None
        assert item.votes == 1
        transaction.items.settle(item.id, "stay", 1)
        assert transaction.items.count_vote(item.id) is None
        assert not transaction.leases.use(held)
        assert claim(transaction, "ben") == []
        settled = transaction.items.of_event("churn", "a")
        assert settled is not None
        assert (settled.settled, settled.label, settled.decisions) == (True, "stay", 1)
        assert transaction.items.labels("churn") == {"stay": 1}
        assert not transaction.leases.any_in("churn")


def test_offering_changes_only_free_slots(store: Store) -> None:
    with store.write() as transaction:
        transaction.items.add([an_item("a", slots=2)])
        (held,) = claim(transaction, "ada")
        transaction.items.offer(held.item.id, 1)
        assert claim(transaction, "ben") == []
        transaction.items.offer(held.item.id, 2)
        assert len(claim(transaction, "ben")) == 1
        assert transaction.leases.use(held)


def test_an_item_moves_with_its_free_slots(store: Store) -> None:
    with store.write() as transaction:
        transaction.items.add([an_item("a", slots=2)])
        (held,) = claim(transaction, "ada")
        transaction.items.move(held.item.id, "churn.leads", Stage.ESCALATED, slots=1)
        assert claim(transaction, "ben") == []
        (lead,) = claim(transaction, "lea", queue="churn.leads")
        assert (lead.item.queue, lead.item.stage) == ("churn.leads", Stage.ESCALATED)
        assert transaction.leases.use(held)
        assert transaction.items.state("churn.leads", NOON).depth == 1
        assert transaction.items.state("churn", NOON).depth == 0


def test_a_settled_item_can_wait_again(store: Store) -> None:
    with store.write() as transaction:
        transaction.items.add([an_item("a", reason=RouteReason.AUDIT)])
        (lease,) = claim(transaction, "ada")
        transaction.items.settle(lease.item.id, "stay", 1)
        transaction.items.reopen(lease.item.id, "churn.appeals", Stage.APPEALED, 1, anew=True)
        item = transaction.items.lock(lease.item.id)
        assert (item.settled, item.round, item.decisions) == (False, 2, 1)
        assert len(claim(transaction, "ben", queue="churn.appeals")) == 1
        assert transaction.items.of_event("churn", "b") is None


def test_deadlines_are_seen_to_once(store: Store) -> None:
    with store.write() as transaction:
        late, later = NOON - MINUTE, NOON + MINUTE
        transaction.items.add(
            [an_item("b", deadline=NOON), an_item("a", deadline=late), an_item("c", deadline=later)]
        )
        assert [item.event_id for item in transaction.items.due(NOON, 5)] == ["a", "b"]
        (first,) = transaction.items.due(NOON, 1)
        assert transaction.items.mark_late(first.id, 1)
        assert not transaction.items.mark_late(first.id, 1)
        assert [item.event_id for item in transaction.items.due(NOON, 5)] == ["b"]
        marked = transaction.items.get(first.id)
        assert marked is not None
        assert (marked.late, marked.decisions, marked.settled) == (True, 1, False)


def test_ranks_follow_changed_costs(store: Store) -> None:
    with store.write() as transaction:
        dear, cheap = Worth("leave", 0.1, 1.0), Worth("stay", 0.2)
        transaction.items.add(
            [an_item("dear", worth=dear), an_item("cheap", worth=cheap, rank=-1e12)]
        )
        transaction.items.rerank("churn", "leave", 100.0)
        transaction.items.rerank("churn", "stay", 10.0)
        assert events(claim(transaction, "ada", 1)) == ["dear"]


def test_queue_state(store: Store) -> None:
    with store.write() as transaction:
        transaction.items.add(
            [an_item("late", deadline=NOON - MINUTE, rank=-1.0), an_item("a", slots=2)]
        )
        claim(transaction, "ada")
        state = transaction.items.state("churn", NOON)
        empty = transaction.items.state("other", NOON)
    assert (state.depth, state.leased, state.overdue) == (2, 1, 1)
    assert (state.oldest_at, state.next_free_at) == (NOON, LATER)
    assert (empty.depth, empty.leased, empty.oldest_at) == (0, 0, None)


def test_votes_count_until_they_are_taken_back(store: Store) -> None:
    with store.write() as transaction:
        transaction.items.add([an_item("a"), an_item("b")])
        one, two = (transaction.items.of_event("churn", name) for name in ("a", "b"))
        assert one is not None
        assert two is not None
        first, second = a_ballot(one.id, 1), a_ballot(one.id, 2, "ben", label="leave")
        again = a_ballot(one.id, 3, "cy", round=2)
        other = a_ballot(two.id, 4)
        for ballot in (first, second, again, other):
            transaction.votes.add(ballot)
        assert transaction.votes.counted(one.id, 1) == [first, second]
        assert transaction.votes.of_lease("lease-2") == second
        assert transaction.votes.since("churn", "ada", NOON, 10) == [first, other]
        assert transaction.votes.since("churn", "ada", NOON + 2 * MINUTE, 10) == [other]
        assert transaction.votes.since("else", "ada", NOON, 10) == []
        assert transaction.votes.take_back(first, VoteState.REVOKED)
        assert not transaction.votes.take_back(first, VoteState.UNDONE)
        assert transaction.votes.counted(one.id, 1) == [second]
        assert transaction.votes.of_lease("lease-1") is None


def test_drafts_are_kept_for_their_writer(store: Store) -> None:
    with store.write() as transaction:
        transaction.items.add([an_item("a")])
        item = transaction.items.of_event("churn", "a")
        assert item is not None
        for comment in ("beg", "begun"):
            transaction.votes.keep_draft(item.id, "ada", Draft("stay", comment, NOON))
        assert transaction.votes.drafts([item.id], "ada") == {item.id: Draft("stay", "begun", NOON)}
        assert transaction.votes.drafts([item.id], "ben") == {}


def test_a_queue_says_who_works_it_and_whether_anything_is_free(store: Store) -> None:
    with store.write() as transaction:
        transaction.items.add([an_item("a", slots=2), an_item("b")])
        claim(transaction, "ada")
        claim(transaction, "ada")
        assert transaction.items.state("churn", NOON).free
        claim(transaction, "ben")

        state = transaction.items.state("churn", NOON)
        assert (state.depth, state.leased, state.free) == (2, 3, False)
        assert transaction.leases.workers(NOON) == {"churn": {"ada": 2, "ben": 1}}
        assert transaction.items.state("churn", LATER).free
        assert transaction.leases.workers(LATER) == {}
        assert not transaction.items.state("elsewhere", NOON).free
