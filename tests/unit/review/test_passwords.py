"""Logging in with a password, on a store in memory."""

import pytest
from prometheus_client import CollectorRegistry

from services.review.domain.access import ADMIN, Role, User
from services.review.domain.people import Act
from services.review.errors import (
    Forbidden,
    Invalid,
    NotAuthenticated,
    NotFound,
    TooManyAttempts,
)
from services.review.metrics import Metrics
from services.review.use_cases.access import ControlAccess
from services.review.use_cases.passwords import KeepPasswords
from services.review.use_cases.people import KeepPeople
from tests.fakes.clock import FakeClock
from tests.fakes.people import FakeHasher
from tests.fakes.review_store import FakeStore

ADA = User("ada", Role.REVIEWER)
GOOD, BETTER, WRONG = "correct horse battery", "staple of the horse", "wrong horse battery"
HERE = "192.0.2.1"


class Office:
    """Where ada has a password."""

    def __init__(self, *, enabled: bool = True) -> None:
        self.store, self.clock, self.hasher = FakeStore(), FakeClock(), FakeHasher()
        self.registry = CollectorRegistry()
        metrics = Metrics(self.registry)
        self.people = KeepPeople(self.store, self.clock)
        self.access = ControlAccess(self.store, self.clock, admin_token="")
        self.passwords = KeepPasswords(
            self.store, self.hasher, metrics, self.clock, enabled=enabled
        )
        self.people.add(ADA, ADMIN)

    def fail(self, name: str = "ada", address: str = HERE) -> None:
        with pytest.raises(NotAuthenticated):
            self.passwords.log_in(name, WRONG, address)

    def wait(self, name: str = "ada", address: str = HERE) -> int:
        with pytest.raises(TooManyAttempts) as refused:
            self.passwords.log_in(name, GOOD, address)
        return refused.value.retry_after

    def counted(self, name: str) -> float | None:
        return self.registry.get_sample_value(f"handraise_logins_{name}_total")


@pytest.fixture
def office() -> Office:
    office = Office()
    office.passwords.set("ada", GOOD, ADMIN)
    return office


def test_a_password_opens_a_session(office: Office) -> None:
    session = office.passwords.log_in("ada", GOOD, HERE)

    assert office.access.user_of_session(session) == ADA
    assert GOOD not in repr(office.store.kept)
    office.fail()
    assert office.counted("failed") == 1


def test_nobody_can_tell_which_names_there_are(office: Office) -> None:
    # given users who are unknown, disabled, without a password, or not even names
    office.people.add(User("ben", Role.LEAD), ADMIN)
    office.people.add(User("eve", Role.LEAD), ADMIN)
    office.passwords.set("eve", GOOD, ADMIN)
    office.people.disable("eve", ADMIN)

    for name in ("ada", "ben", "eve", "nobody", "admin", "", "a\0b", "x" * 5000):
        # then each gets the same answers after the same work
        said = []
        before = office.hasher.verified
        for _ in range(6):
            with pytest.raises(NotAuthenticated) as refused:
                office.passwords.log_in(name, WRONG, f"address of {name}")
            said.append(str(refused.value))
        assert office.hasher.verified - before == 6
        assert set(said) == {"name and password do not belong together"}
        assert office.wait(name, "another address") == 1
        assert office.hasher.verified - before == 6


def test_pauses_double_up_to_a_quarter_of_an_hour(office: Office) -> None:
    for _ in range(6):
        office.fail()
    waits = []
    for _ in range(12):
        waits.append(office.wait())
        office.clock.pass_seconds(waits[-1])
        office.fail()

    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]
    assert office.counted("refused") == 12


def test_a_right_password_begins_the_count_anew(office: Office) -> None:
    for _ in range(5):
        office.fail()
    office.passwords.log_in("ada", GOOD, HERE)
    for _ in range(5):
        office.fail()
    assert office.passwords.log_in("ada", GOOD, HERE)


def test_an_address_that_tries_many_names_waits_too(office: Office) -> None:
    for number in range(51):
        office.fail(f"name {number}")

    assert office.wait("ada") == 1
    assert office.passwords.log_in("ada", GOOD, "192.0.2.2")


def test_logging_in_does_not_forgive_an_address_its_failures(office: Office) -> None:
    for number in range(50):
        office.fail(f"name {number}")
        office.clock.pass_seconds(1)
        office.passwords.log_in("ada", GOOD, "192.0.2.2")
    office.passwords.log_in("ada", GOOD, HERE)
    office.fail("one more")
    assert office.wait("ada") == 1


def test_after_a_day_all_is_forgotten(office: Office) -> None:
    for _ in range(6):
        office.fail()
    office.clock.pass_seconds(86_401)
    for _ in range(5):
        office.fail()
    assert office.passwords.log_in("ada", GOOD, HERE)
    office.clock.pass_seconds(86_401)
    office.fail("another", "elsewhere")
    office.passwords.forget_old_attempts()
    assert len(office.store.kept.passwords.counts) == 2


def test_changing_a_password_ends_all_sessions(office: Office) -> None:
    session = office.passwords.log_in("ada", GOOD, HERE)

    with pytest.raises(Forbidden):
        office.passwords.change(ADA, WRONG, BETTER, HERE)
    office.passwords.change(ADA, GOOD, BETTER, HERE)

    with pytest.raises(NotAuthenticated):
        office.access.user_of_session(session)
    with pytest.raises(NotAuthenticated):
        office.passwords.log_in("ada", GOOD, HERE)
    assert office.access.user_of_session(office.passwords.log_in("ada", BETTER, HERE)) == ADA
    acts = [entry.act for entry in office.people.access_log(100, None).items]
    assert {Act.PASSWORD_SET, Act.PASSWORD_CHANGED} <= set(acts)


def test_guessing_the_old_password_is_counted(office: Office) -> None:
    for _ in range(6):
        with pytest.raises(Forbidden):
            office.passwords.change(ADA, WRONG, BETTER, HERE)
    with pytest.raises(TooManyAttempts):
        office.passwords.change(ADA, GOOD, BETTER, HERE)


def test_a_disabled_user_who_returns_has_no_password(office: Office) -> None:
    office.people.disable("ada", ADMIN)
    office.people.add(ADA, ADMIN)
    with pytest.raises(NotAuthenticated):
        office.passwords.log_in("ada", GOOD, HERE)


@pytest.mark.parametrize("weak", ["short", "x" * 12, "x" * 300, "Ada is my name"])
def test_a_weak_password_is_refused(office: Office, weak: str) -> None:
    with pytest.raises(Invalid):
        office.passwords.set("ada", weak, ADMIN)
    with pytest.raises(Invalid):
        office.passwords.change(ADA, GOOD, weak, HERE)


def test_not_everybody_can_have_a_password(office: Office) -> None:
    with pytest.raises(Invalid):
        office.passwords.set("admin", GOOD, ADMIN)
    with pytest.raises(NotFound):
        office.passwords.set("nobody", GOOD, ADMIN)


def test_an_installation_may_do_without_passwords() -> None:
    office = Office(enabled=False)
    for act in (
        lambda: office.passwords.set("ada", GOOD, ADMIN),
        lambda: office.passwords.change(ADA, GOOD, BETTER, HERE),
        lambda: office.passwords.log_in("ada", GOOD, HERE),
    ):
        with pytest.raises(NotFound, match="HANDRAISE_PASSWORDS"):
            act()
