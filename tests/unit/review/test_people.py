"""Users, tokens and sessions, on a store in memory."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.review.domain.access import ADMIN, Permission, Role, User
from services.review.domain.people import Act
from services.review.domain.tokens import TokenKind
from services.review.errors import Invalid, NotAuthenticated, NotFound
from services.review.ports import ProjectState
from services.review.use_cases.access import ControlAccess
from services.review.use_cases.people import KeepPeople
from services.review.use_cases.tokens import KeepTokens, Order
from tests.builders import a_project
from tests.fakes.clock import FakeClock
from tests.fakes.review_store import FakeStore

ADA = User("ada", Role.REVIEWER)
HOUR = timedelta(hours=1)


class Office:
    """Where people are looked after."""

    def __init__(self) -> None:
        self.store, self.clock = FakeStore(), FakeClock()
        self.people = KeepPeople(self.store, self.clock)
        self.tokens = KeepTokens(self.store, self.clock)
        self.access = ControlAccess(self.store, self.clock, admin_token="secret")  # noqa: S106
        with self.store.write() as transaction:
            transaction.projects.put(ProjectState(a_project("churn"), 1))

    def token(self, name: str = "ada", kind: TokenKind = TokenKind.API) -> str:
        return self.tokens.add(Order(name, kind, "admin"))[0]

    def session(self, name: str = "ada") -> str:
        return self.access.log_in(self.token(name, TokenKind.LOGIN))

    def acts(self) -> list[tuple[str, Act, str]]:
        entries = reversed(self.people.access_log(100, None).items)
        return [(entry.actor, entry.act, entry.subject) for entry in entries]


@pytest.fixture
def office() -> Office:
    office = Office()
    office.people.add(ADA, ADMIN)
    return office


def test_a_token_proves_its_user_and_is_not_kept(office: Office) -> None:
    token = office.token()

    assert office.access.user_of_token(token) == ADA
    assert token not in repr(office.store.kept)
    assert token.split("_", 2)[2] not in repr(office.store.kept)
    for wrong in (token[:-1] + "!", token[:-1], token + "x", f"hr_{'0' * 12}_{'x' * 43}", ""):
        with pytest.raises(NotAuthenticated):
            office.access.user_of_token(wrong)


def test_a_right_prefix_with_a_wrong_secret_proves_nothing(office: Office) -> None:
    one, other = office.token(), office.token()
    mixed = one[:16] + other[16:]

    with pytest.raises(NotAuthenticated):
        office.access.user_of_token(mixed)


def test_the_token_of_the_installation_is_the_admins(office: Office) -> None:
    assert office.access.user_of_token("secret") == ADMIN
    with pytest.raises(NotAuthenticated):
        ControlAccess(office.store, office.clock, admin_token="").user_of_token("")


def test_a_login_link_opens_one_session(office: Office) -> None:
    link = office.token(kind=TokenKind.LOGIN)

    session = office.access.log_in(link)

    assert office.access.user_of_session(session) == ADA
    for use in (office.access.log_in, office.access.user_of_session, office.access.user_of_token):
        with pytest.raises(NotAuthenticated):
            use(link)
    with pytest.raises(NotAuthenticated):
        office.access.user_of_token(session)
    office.clock.pass_seconds(12 * 3600)
    with pytest.raises(NotAuthenticated):
        office.access.user_of_session(session)


def test_sessions_end_by_logging_out_or_all_at_once(office: Office) -> None:
    first, second, third = office.session(), office.session(), office.session()

    office.access.log_out(first)
    office.access.log_out(first)
    with pytest.raises(NotAuthenticated):
        office.access.user_of_session(first)
    assert office.access.user_of_session(second) == ADA

    assert office.people.end_sessions("ada", ADMIN) == 2
    for session in (second, third):
        with pytest.raises(NotAuthenticated):
            office.access.user_of_session(session)


def test_a_forged_session_logs_nobody_out(office: Office) -> None:
    session = office.session()

    office.access.log_out(session[:-1] + ("x" if session[-1] != "x" else "y"))

    assert office.access.user_of_session(session) == ADA


def test_who_is_disabled_is_out_at_once_and_for_good(office: Office) -> None:
    token, session, link = office.token(), office.session(), office.token(kind=TokenKind.LOGIN)

    office.people.disable("ada", ADMIN)

    for use, proof in (
        (office.access.user_of_token, token),
        (office.access.user_of_session, session),
        (office.access.log_in, link),
    ):
        with pytest.raises(NotAuthenticated):
            use(proof)
    with pytest.raises(NotFound):
        office.token()
    # who returns gets new tokens; the old ones stay revoked
    office.people.add(ADA, ADMIN)
    with pytest.raises(NotAuthenticated):
        office.access.user_of_token(token)
    assert office.access.user_of_token(office.token()) == ADA


def test_another_role_and_other_projects_hold_from_the_next_request_on(office: Office) -> None:
    token = office.token()

    office.people.change(
        "ada", lambda user: replace(user, role=Role.LEAD, projects=frozenset({"churn"})), ADMIN
    )

    lead = office.access.user_of_token(token)
    assert lead.may(Permission.LEAD)
    assert (lead.sees("churn"), lead.sees("loans")) == (True, False)


def test_a_rotated_token_overlaps_with_its_successor(office: Office) -> None:
    old = office.token()
    prefix = old.split("_")[1]

    new, token = office.tokens.rotate(prefix, ADMIN, HOUR)

    assert office.access.user_of_token(old) == office.access.user_of_token(new) == ADA
    office.clock.pass_seconds(3600)
    with pytest.raises(NotAuthenticated):
        office.access.user_of_token(old)
    assert office.access.user_of_token(new) == ADA
    assert token.expires_at - token.created_at == timedelta(days=365)
    with pytest.raises(Invalid):
        office.tokens.rotate(prefix, ADMIN, HOUR)


def test_a_revoked_token_ends_at_once(office: Office) -> None:
    token = office.token()
    prefix = token.split("_")[1]

    office.tokens.revoke(prefix, ADMIN)
    office.tokens.revoke(prefix, ADMIN)

    with pytest.raises(NotAuthenticated):
        office.access.user_of_token(token)
    with pytest.raises(Invalid):
        office.tokens.rotate(prefix, ADMIN, HOUR)
    assert office.acts().count(("admin", Act.TOKEN_REVOKED, "ada")) == 1
    for unknown in ("0" * 12, office.session().split("_")[1]):
        with pytest.raises(NotFound):
            office.tokens.revoke(unknown, ADMIN)


def test_a_use_is_written_down_later(office: Office) -> None:
    token = office.token()
    office.access.user_of_token(token)
    (before,) = office.tokens.page("ada", 9, None).items
    office.access.write_down_uses()

    (after,) = office.tokens.page("ada", 9, None).items

    assert (before.last_used_at, after.last_used_at) == (None, office.clock.now())


@pytest.mark.parametrize(
    "user",
    [
        User("admin", Role.OPS),
        User("admin", Role.ADMIN, frozenset({"churn"})),
        User("me", Role.REVIEWER),
        User("eve", Role.ADMIN, frozenset({"churn"})),
        User("eve", Role.REVIEWER, frozenset({"chrun"})),
    ],
)
def test_some_users_cannot_be(office: Office, user: User) -> None:
    with pytest.raises(Invalid):
        office.people.add(user, ADMIN)


def test_the_admin_of_the_installation_cannot_be_locked_out(office: Office) -> None:
    with pytest.raises(Invalid):
        office.people.disable("admin", ADMIN)
    with pytest.raises(Invalid):
        office.people.change("admin", lambda user: replace(user, role=Role.OPS), ADMIN)
    assert office.access.user_of_token("secret") == ADMIN


def test_who_is_disabled_cannot_be_changed(office: Office) -> None:
    office.people.disable("ada", ADMIN)
    with pytest.raises(Invalid):
        office.people.change("ada", lambda user: replace(user, role=Role.LEAD), ADMIN)


def test_every_act_is_recorded_once_and_without_secrets(office: Office) -> None:
    link = office.token(kind=TokenKind.LOGIN)
    session = office.access.log_in(link)
    office.access.log_out(session)
    token = office.token()
    successor, _ = office.tokens.rotate(token.split("_")[1], ADMIN, HOUR)
    office.people.add(ADA, ADMIN)  # nothing new
    office.people.change("ada", lambda user: replace(user, role=Role.LEAD), ADMIN)
    office.people.end_sessions("ada", ADMIN)
    office.people.disable("ada", ADMIN)
    office.people.disable("ada", ADMIN)

    assert office.acts() == [
        ("admin", Act.USER_ADDED, "ada"),
        ("admin", Act.TOKEN_CREATED, "ada"),
        ("ada", Act.LOGGED_IN, "ada"),
        ("ada", Act.LOGGED_OUT, "ada"),
        ("admin", Act.TOKEN_CREATED, "ada"),
        ("admin", Act.TOKEN_ROTATED, "ada"),
        ("admin", Act.USER_CHANGED, "ada"),
        ("admin", Act.SESSIONS_ENDED, "ada"),
        ("admin", Act.USER_DISABLED, "ada"),
    ]
    log = repr(office.people.access_log(100, None).items)
    assert not [s for s in (link, session, token, successor) if s.split("_", 2)[2] in log]


def test_who_is_unknown_is_named(office: Office) -> None:
    for ask in (
        lambda: office.people.get("eve"),
        lambda: office.people.disable("eve", ADMIN),
        lambda: office.people.end_sessions("eve", ADMIN),
        lambda: office.token("eve"),
    ):
        with pytest.raises(NotFound, match="eve"):
            ask()
