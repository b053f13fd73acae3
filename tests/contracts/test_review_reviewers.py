"""What the store of reviewers must do: in the fake of the unit tests, SQLite and PostgreSQL."""

from services.review.domain.quality import Skill
from services.review.domain.reviewers import Arms, Reviewer, State
from services.review.domain.standing import Tally
from services.review.ports import Store
from tests.builders import NOON, an_item
from tests.contracts.claims import a_ballot

ADA = Reviewer(
    "churn",
    "ada",
    Skill({"stay": {"stay": 2.5, "leave": 0.5}}),
    Tally(2.5, 3.0),
    Arms(4, 3, 2, 1),
    7,
    State.PAUSED,
    NOON,
    "lea",
    "clicked through",
)


def test_whom_nobody_knows_is_a_beginner(store: Store) -> None:
    with store.write() as transaction:
        assert transaction.reviewers.get("churn", "ada") == Reviewer("churn", "ada")
        assert transaction.reviewers.skills("churn", ["ada"]) == {}
        assert transaction.reviewers.of("churn") == []
        assert transaction.reviewers.paused() == {}


def test_what_is_known_is_kept(store: Store) -> None:
    with store.write() as transaction:
        locked = transaction.reviewers.lock("churn", {"ada", "Ben", "_cy"})
        assert [reviewer.name for reviewer in locked] == ["Ben", "_cy", "ada"]
        transaction.reviewers.put(ADA)
    with store.write() as transaction:
        assert transaction.reviewers.get("churn", "ada") == ADA
        assert transaction.reviewers.get("loans", "ada") == Reviewer("loans", "ada")
        assert transaction.reviewers.lock("churn", {"ada"}) == [ADA]
        assert transaction.reviewers.skills("churn", ["ada", "dee"]) == {"ada": ADA.skill}
        assert [reviewer.name for reviewer in transaction.reviewers.of("churn")] == [
            "Ben",
            "_cy",
            "ada",
        ]
        assert transaction.reviewers.paused() == {"churn": 1}


def test_votes_teach_once(store: Store) -> None:
    with store.write() as transaction:
        transaction.items.add([an_item("a"), an_item("b")])
        one = transaction.items.of_event("churn", "a")
        assert one is not None
        assert one.predicted == "leave"
        for number, who in enumerate(("ada", "ben", "cy"), 1):
            transaction.votes.add(a_ballot(one.id, number, who))
        transaction.votes.mark_taught(one.id, ["ada", "cy"])
        assert transaction.votes.taught(one.id) == {"ada": None, "cy": None}
        transaction.votes.mark_taught(one.id, ["cy", "ben"], '{"stay":1.0}')
        transaction.votes.unmark_taught(one.id, ["ada", "ben"])
        assert transaction.votes.taught(one.id) == {"cy": '{"stay":1.0}'}
        assert transaction.votes.taught(one.id + 1) == {}


def test_the_newest_votes_of_a_project(store: Store) -> None:
    with store.write() as transaction:
        transaction.items.add([an_item("a"), an_item("b", project="loans")])
        one, other = (transaction.items.of_event(*key) for key in (("churn", "a"), ("loans", "b")))
        assert one is not None
        assert other is not None
        first, second = a_ballot(one.id, 1), a_ballot(one.id, 2, "ben")
        for ballot in (first, second, a_ballot(other.id, 1)):
            transaction.votes.add(ballot)
        assert transaction.votes.newest("churn", 5) == [second, first]
        assert transaction.votes.newest("churn", 1) == [second]
