"""What a token proves is asked once a second, where whatever changes it is heard of."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from typing_extensions import override

from services.review.domain.access import ADMIN, Role, User
from services.review.domain.tokens import TokenKind
from services.review.errors import NotAuthenticated
from services.review.use_cases.access import ControlAccess
from services.review.use_cases.people import KeepPeople
from services.review.use_cases.tokens import KeepTokens, Order
from tests.fakes.clock import FakeClock
from tests.fakes.review_store import FakeStore, FakeTransaction

ADA = User("ada", Role.REVIEWER)


class CountingStore(FakeStore):
    """A store that counts how often it is read.

    Attributes:
        is_shared: whether other processes may change it, too.
    """

    reads = 0
    is_shared = False

    @property
    @override
    def access(self) -> object | None:
        return None if self.is_shared else super().access

    @contextmanager
    @override
    def read(self) -> Iterator[FakeTransaction]:
        self.reads += 1
        with super().read() as transaction:
            yield transaction


class Door:
    """Where a token is shown again and again."""

    def __init__(self) -> None:
        self.store, self.clock = CountingStore(), FakeClock()
        self.people = KeepPeople(self.store, self.clock)
        self.people.add(ADA, ADMIN)
        self.access = ControlAccess(self.store, self.clock, admin_token="")
        self.token = self.new_token(timedelta(days=1))

    def new_token(self, lifetime: timedelta) -> str:
        tokens = KeepTokens(self.store, self.clock)
        return tokens.add(Order("ada", TokenKind.API, "admin", lifetime))[0]

    def show(self, times: int = 3) -> int:
        """How often the store was read for it."""
        before = self.store.reads
        for _ in range(times):
            assert self.access.user_of_token(self.token) == ADA
        return self.store.reads - before


@pytest.fixture
def door() -> Door:
    return Door()


def test_it_is_asked_again_after_a_second(door: Door) -> None:
    assert door.show() == 1
    door.clock.pass_seconds(0.9)
    assert door.show() == 0
    door.clock.pass_seconds(0.1)
    assert door.show() == 1


def test_a_disabled_user_is_refused_at_once(door: Door) -> None:
    door.show()
    door.people.disable("ada", ADMIN)
    with pytest.raises(NotAuthenticated):
        door.show()


def test_a_token_is_refused_as_soon_as_it_expires(door: Door) -> None:
    door.token = door.new_token(timedelta(seconds=0.5))
    door.show()
    door.clock.pass_seconds(0.5)
    with pytest.raises(NotAuthenticated):
        door.show()


def test_where_others_may_change_it_it_is_asked_each_time(door: Door) -> None:
    door.store.is_shared = True
    assert door.show(3) == 3


def test_another_secret_is_refused_while_the_right_one_is_remembered(door: Door) -> None:
    door.show()
    with pytest.raises(NotAuthenticated):
        door.access.user_of_token(door.token[:-1] + ("b" if door.token.endswith("a") else "a"))


def test_a_token_is_good_for_nothing_but_its_kind(door: Door) -> None:
    door.show()
    with pytest.raises(NotAuthenticated):
        door.access.user_of_session(door.token)
