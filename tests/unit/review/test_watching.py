"""Many look at the queues at once."""

from services.review.domain.access import User
from services.review.use_cases.watching import WatchQueues
from tests.builders import a_prediction
from tests.unit.review.voting_desk import ADA, BEN, LEA, OPS, Desk


def depth(watch: WatchQueues, who: User) -> int:
    return watch.glance(who).queues[0].state.depth


def test_those_who_see_the_same_share_a_look_for_a_second() -> None:
    desk = Desk()
    watch = WatchQueues(desk.queues, desk.clock)
    assert depth(watch, ADA) == 0

    desk.route([a_prediction("one", leave=0.55)])
    assert depth(watch, BEN) == 0
    assert depth(watch, LEA) == 1

    desk.clock.pass_seconds(1)
    assert depth(watch, BEN) == 1


def test_leads_and_ops_see_who_works_where() -> None:
    desk = Desk()
    desk.arrive("one", "two")
    desk.claim(ADA)

    seen = {
        who.name: WatchQueues(desk.queues, desk.clock).look(who).queues for who in (BEN, LEA, OPS)
    }

    assert {name: dict(queues[0].workers) for name, queues in seen.items()} == {
        "ben": {},
        "lea": {"ada": 1},
        "olga": {"ada": 1},
    }
