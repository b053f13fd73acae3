"""Items that move while they are held: in the fake of the unit tests, SQLite and PostgreSQL."""

import pytest

from services.review.domain.queue import LeaseEnd, Stage
from services.review.ports import Hold, Store
from shared.errors import Unavailable
from tests.builders import NOON, an_item
from tests.contracts.claims import LATER, MINUTE, always, claim, never


def test_an_item_that_moved_is_not_offered_where_it_was(store: Store) -> None:
    with store.write() as transaction:
        transaction.items.add([an_item("a", slots=3)])
        leases = [*claim(transaction, "ada"), *claim(transaction, "ben"), *claim(transaction, "cy")]
        transaction.items.move(leases[0].item.id, "churn.leads", Stage.ESCALATED, slots=1)
        assert transaction.leases.give_back(leases[0], LeaseEnd.RELEASED)
        assert not transaction.leases.give_back(leases[0], LeaseEnd.RELEASED)
        assert claim(transaction, "dee", now=LATER) == []
        assert transaction.leases.next_free("churn", "dee") is None
        assert not transaction.leases.any_in("churn")
        assert transaction.leases.use(leases[1])
        transaction.items.offer(leases[0].item.id, 1)
        assert len(claim(transaction, "lea", queue="churn.leads")) == 1
        assert claim(transaction, "leo", queue="churn.leads") == []


def test_who_held_an_item_holds_it_again_in_the_same_queue(store: Store) -> None:
    with store.write() as transaction:
        transaction.items.add([an_item("a")])
        (lease,) = claim(transaction, "ada")
        transaction.items.offer(lease.item.id, 0)
        hold = Hold("ben", LATER, never)
        again = transaction.leases.grant_again(lease.item.id, "churn", hold, NOON)
        assert (again.queue, again.holder, again.holds) == ("churn", "ben", True)
        transaction.items.move(lease.item.id, "churn.leads", Stage.ESCALATED, slots=0)
        dee = Hold("dee", LATER, never)
        apart = transaction.leases.grant_again(lease.item.id, "churn", dee, NOON)
        kept = transaction.leases.get(apart.id)
        assert kept is not None
        assert (kept.queue, kept.holds) == ("churn", True)
        for who, queue in (("cy", "churn"), ("lea", "churn.leads")):
            assert claim(transaction, who, now=LATER, queue=queue) == []
        assert transaction.leases.use(apart)


def test_who_held_an_item_is_followed_again_when_it_comes_back(store: Store) -> None:
    with store.write() as transaction:
        transaction.items.add([an_item("a")])
        (lease,) = claim(transaction, "ada")
        transaction.items.move(lease.item.id, "churn.leads", Stage.DISAGREED, slots=1)
        transaction.items.move(lease.item.id, "churn", Stage.ROUTED, slots=1)
        assert claim(transaction, "lea", queue="churn.leads") == []
        assert claim(transaction, "ben") == []
        (after,) = claim(transaction, "ben", now=LATER)
        assert after.token > lease.token
        assert not transaction.leases.use(lease)


def test_nobody_waits_for_the_end_of_anothers_hold_beside_their_own(store: Store) -> None:
    with store.write() as transaction:
        transaction.items.add([an_item("a", slots=2)])
        claim(transaction, "ada")
        (own,) = claim(transaction, "ben")
        assert transaction.leases.extend(own, LATER + MINUTE)
        assert transaction.leases.next_free("churn", "ben") == LATER + MINUTE
        assert transaction.leases.next_free("churn", "cy") == LATER


def test_a_second_hold_of_one_person_on_an_item_is_refused(store: Store) -> None:
    with store.write() as transaction:
        transaction.items.add([an_item("a", slots=2)])
        found = transaction.leases.candidates("churn", "ada", NOON, NOON, 5)
    ada = Hold("ada", LATER, always)
    with store.write() as transaction:
        assert transaction.leases.grant([found[0]], ada, NOON)
    with pytest.raises(Unavailable), store.write() as transaction:
        transaction.leases.grant([found[1]], ada, NOON)
    with store.write() as transaction:
        assert transaction.leases.grant([found[1]], Hold("ben", LATER, always), NOON)


def test_one_item_is_claimed_by_its_number(store: Store) -> None:
    with store.write() as transaction:
        transaction.items.add([an_item("a", queue="churn.gold"), an_item("b", rank=-1.0)])
        item = transaction.items.of_event("churn", "a")
        assert item is not None
        own = transaction.leases.grant_own(item.id, Hold("ada", LATER, never), NOON)
        assert own is not None
        assert (own.item.event_id, own.queue, own.holder) == ("a", "churn.gold", "ada")
        assert (own.expires_at, own.sees_model, own.holds) == (LATER, False, True)
        kept = transaction.leases.get(own.id)
        assert kept is not None
        assert (kept.token, kept.queue, kept.holds) == (own.token, own.queue, True)
        late = Hold("ben", LATER + MINUTE, never)
        assert transaction.leases.grant_own(item.id, late, NOON) is None
        over = transaction.leases.grant_own(item.id, late, LATER)
        assert over is not None
        assert over.token > own.token
        assert not transaction.leases.use(own)
        assert transaction.leases.use(over)
        assert transaction.leases.grant_own(item.id, late, LATER + 10 * MINUTE) is None
