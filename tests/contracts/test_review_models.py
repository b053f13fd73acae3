"""What the store of model versions must do: in the fake, SQLite and PostgreSQL."""

from dataclasses import replace

from services.review.domain.versions import Decided, State, Version
from services.review.ports import Store
from tests.builders import NOON, a_model


def a_version(number: int, state: State = State.RETIRED) -> Version:
    return Version(number, state, a_model(number), NOON)


def test_versions_are_kept_and_listed(store: Store) -> None:
    with store.write() as transaction:
        one, two, three = a_version(1), a_version(2, State.CHAMPION), a_version(3, State.CANDIDATE)
        for version in (two, one, three):
            transaction.models.put("churn", version)
        transaction.models.put("loans", a_version(1, State.CHAMPION))

        assert transaction.models.get("churn", 2) == two
        assert transaction.models.get("churn", 4) is None
        assert transaction.models.champion("churn") == two
        assert transaction.models.champion("tickets") is None
        assert transaction.models.page("churn", 5) == [three, two, one]
        assert transaction.models.page("churn", 1, before=3) == [two]
        assert transaction.models.page("churn", 5, state=State.CANDIDATE) == [three]

        decided = Decided("reject", "kim", "as agreed", NOON)
        refused = replace(three, state=State.REFUSED, decided=decided, decisions=1)
        transaction.models.put("churn", refused)
        assert transaction.models.get("churn", 3) == refused
        assert transaction.models.page("churn", 5, state=State.CANDIDATE) == []
