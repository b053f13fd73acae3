"""What every store must do with users, tokens and the access log: fake, SQLite, PostgreSQL."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from argon2 import Type, extract_parameters
from prometheus_client import CollectorRegistry

from services.review.adapters.hasher import Argon2Hasher
from services.review.domain.access import Role, User
from services.review.domain.lockout import Attempts
from services.review.domain.people import Account, Act, NewAccessEntry
from services.review.domain.tokens import Token, TokenKind
from services.review.errors import NotAuthenticated, TooManyAttempts
from services.review.metrics import Metrics
from services.review.ports import Hasher, Proof, Store
from services.review.use_cases.passwords import KeepPasswords
from tests.builders import NOON
from tests.fakes.clock import FakeClock
from tests.fakes.people import FakeHasher
from tests.fakes.review_store import FakeStore

LATER = NOON + timedelta(minutes=5)
ADA = User("ada", Role.REVIEWER, frozenset({"loans", "churn"}))
BEN = User("ben", Role.LEAD)


@pytest.fixture
def people(store: Store) -> Store:
    with store.write() as transaction:
        transaction.users.put(BEN)
        transaction.users.put(ADA)
    return store


def a_token(prefix: str, user: User = ADA, **changes: object) -> Token:
    content: dict[str, object] = {
        "kind": TokenKind.API,
        "description": "",
        "created_at": NOON,
        "created_by": "admin",
        "expires_at": LATER,
    }
    return Token(prefix, user.name, **(content | changes))  # type: ignore[arg-type]


def test_users_are_replaced_and_listed_by_name(people: Store) -> None:
    with people.write() as transaction:
        transaction.users.put(replace(BEN, projects=frozenset()))
    with people.read() as transaction:
        users = transaction.users
        assert users.accounts(None, 9) == [
            Account(ADA),
            Account(replace(BEN, projects=frozenset())),
        ]
        assert users.get("ada") == ADA
        assert users.get("eve") is None
        assert users.account("eve") is None


def test_who_is_disabled_is_kept_and_may_return(people: Store) -> None:
    with people.write() as transaction:
        assert transaction.users.get("ada") == ADA
        transaction.users.disable("ada", LATER)
        assert transaction.users.get("ada") is None
        assert transaction.users.account("ada") == Account(ADA, LATER)
        assert transaction.users.account("ben") == Account(BEN)
    with people.write() as transaction:
        transaction.users.put(ADA)
        assert transaction.users.account("ada") == Account(ADA)


def test_a_token_proves_its_user_until_it_expires(people: Store) -> None:
    with people.write() as transaction:
        transaction.tokens.add(a_token("p", kind=TokenKind.LOGIN), "digest")
    with people.read() as transaction:
        tokens = transaction.tokens
        assert tokens.find("p", TokenKind.LOGIN, NOON) == Proof(ADA, "digest", LATER)
        assert tokens.find("p", TokenKind.API, NOON) is None
        assert tokens.find("p", TokenKind.LOGIN, LATER) is None
        assert tokens.find("q", TokenKind.LOGIN, NOON) is None
        assert tokens.get("p") == a_token("p", kind=TokenKind.LOGIN)
        assert tokens.get("q") is None


def test_it_is_heard_that_access_may_have_changed(people: Store) -> None:
    before = people.access
    with people.write() as transaction:
        transaction.users.disable("ada", LATER)
    disabled = people.access
    assert disabled is None or disabled is not before  # None: others change it unheard
    with people.write() as transaction:
        transaction.tokens.add(a_token("p"), "digest")
    assert people.access is None or people.access is not disabled


def test_a_disabled_users_token_proves_nothing(people: Store) -> None:
    with people.write() as transaction:
        transaction.tokens.add(a_token("p"), "digest")
        transaction.users.disable("ada", NOON)
        assert transaction.tokens.find("p", TokenKind.API, NOON) is None


def test_a_revoked_token_proves_nothing_and_stays_listed(people: Store) -> None:
    with people.write() as transaction:
        transaction.tokens.add(a_token("p"), "digest")
        assert transaction.tokens.revoke("p", NOON)
        assert not transaction.tokens.revoke("p", LATER)
        assert not transaction.tokens.revoke("q", NOON)
        assert transaction.tokens.find("p", TokenKind.API, NOON) is None
        assert transaction.tokens.of_user("ada") == [a_token("p", revoked_at=NOON)]


def test_tokens_are_listed_newest_first(people: Store) -> None:
    older, newer = a_token("b"), a_token("a", created_at=NOON + timedelta(seconds=1))
    bens, login = a_token("c", BEN), a_token("d", kind=TokenKind.LOGIN)
    with people.write() as transaction:
        for token in (older, newer, bens, login):
            transaction.tokens.add(token, "digest")
        tokens = transaction.tokens
        assert tokens.of_user("ada") == tokens.page("ada", 9, None) == [newer, older]
        assert tokens.page(None, 9, None) == [newer, older, bens]
        assert tokens.page(None, 2, (newer.created_at, "a")) == [older, bens]
        assert tokens.page(None, 2, (older.created_at, "b")) == [bens]
        assert tokens.page("eve", 9, None) == tokens.of_user("eve") == []


def test_users_are_listed_page_by_page_in_one_order_everywhere(store: Store) -> None:
    names = ["Zoe", "_", "a-b", "a.b", "ab", "aB", "b"]
    with store.write() as transaction:
        for name in names:
            transaction.users.put(User(name, Role.REVIEWER))
        users, found = transaction.users, list[str]()
        while page := users.accounts(found[-1] if found else None, 2):
            found += [account.user.name for account in page]
    assert found == sorted(names)


def test_uses_and_an_earlier_end_are_kept(people: Store) -> None:
    soon = NOON + timedelta(minutes=1)
    with people.write() as transaction:
        transaction.tokens.add(a_token("p"), "digest")
        transaction.tokens.mark_used({"p": NOON, "gone": NOON})
        transaction.tokens.end("p", soon)
        transaction.tokens.end("p", LATER)
        assert transaction.tokens.get("p") == a_token("p", last_used_at=NOON, expires_at=soon)


def test_a_token_is_used_up_once(people: Store) -> None:
    with people.write() as transaction:
        transaction.tokens.add(a_token("p"), "digest")
        assert transaction.tokens.drop("p")
        assert not transaction.tokens.drop("p")


def test_passing_tokens_of_a_user_end_together(people: Store) -> None:
    passing = (TokenKind.LOGIN, TokenKind.SESSION)
    with people.write() as transaction:
        for number, kind in enumerate(TokenKind):
            transaction.tokens.add(a_token(f"a{number}", kind=kind), "digest")
            transaction.tokens.add(a_token(f"b{number}", BEN, kind=kind), "digest")
        assert transaction.tokens.drop_all("ada", passing) == 2
        transaction.tokens.drop_expired(passing, NOON)
        assert transaction.tokens.find("b2", TokenKind.SESSION, NOON)
        transaction.tokens.drop_expired(passing, LATER)
        assert transaction.tokens.get("b2") is None
        assert transaction.tokens.get("a0")


def test_a_password_is_replaced_and_forgotten(people: Store) -> None:
    with people.write() as transaction:
        passwords = transaction.passwords
        assert passwords.get("ada") is None
        passwords.put("ada", "one", NOON)
        passwords.put("ada", "other", LATER)
        assert passwords.get("ada") == "other"
        passwords.forget("ada")
        passwords.forget("ada")
        assert passwords.get("ada") is None


def test_attempts_are_counted_by_key_and_forgotten(people: Store) -> None:
    first, second = Attempts(1, NOON, NOON), Attempts(6, LATER, LATER + timedelta(seconds=1))
    with people.write() as transaction:
        transaction.passwords.remember_attempts("a", first)
        transaction.passwords.remember_attempts("b", first)
        transaction.passwords.remember_attempts("b", second)
    with people.write() as transaction:
        passwords, fresh = transaction.passwords, Attempts(0, LATER, LATER)
        assert passwords.lock_attempts("abc", LATER) == {"a": first, "b": second, "c": fresh}
        passwords.forget_old_attempts(LATER)
        assert passwords.lock_attempts("ab", LATER) == {"a": fresh, "b": second}


@pytest.mark.parametrize("hasher", [FakeHasher(), Argon2Hasher()], ids=["fake", "argon2"])
def test_a_hasher_knows_the_password_it_kept(hasher: Hasher) -> None:
    kept = hasher.hash("correct horse battery")

    assert kept != hasher.hash("correct horse battery")
    assert "correct" not in kept
    assert hasher.verify(kept, "correct horse battery")
    assert not hasher.verify(kept, "correct horse batterx")
    assert not hasher.verify(None, "correct horse battery")
    assert not hasher.verify("not what it kept", "correct horse battery")


def test_passwords_are_kept_by_argon2id_with_enough_work() -> None:
    parameters = extract_parameters(Argon2Hasher().hash("correct horse battery"))

    assert parameters.type is Type.ID
    assert (parameters.time_cost, parameters.memory_cost, parameters.parallelism) == (2, 19_456, 1)
    assert (parameters.salt_len, parameters.hash_len) == (16, 32)


def test_guessing_many_at_once_gains_nothing(store: Store) -> None:
    hasher = FakeHasher()
    metrics = Metrics(CollectorRegistry())
    passwords = KeepPasswords(store, hasher, metrics, FakeClock(), enabled=True)

    def guess(number: int) -> type[Exception] | None:
        try:
            passwords.log_in("ada", f"guess {number}", "192.0.2.1")
        except (NotAuthenticated, TooManyAttempts) as error:
            return type(error)
        return None

    with ThreadPoolExecutor(1 if isinstance(store, FakeStore) else 8) as pool:
        said = Counter(pool.map(guess, range(24)))

    assert said == {NotAuthenticated: 6, TooManyAttempts: 18}
    assert hasher.verified == 6


def test_the_access_log_is_read_page_by_page(store: Store) -> None:
    with store.write() as transaction:
        for name in ("ada", "ben", "eve"):
            detail = {"role": "lead", "projects": ["churn"]}
            entry = NewAccessEntry(NOON, "admin", Act.USER_ADDED, name, detail)
            transaction.access_log.append(entry)
    with store.read() as transaction:
        first = transaction.access_log.page(2, None)
        assert [entry.subject for entry in first] == ["eve", "ben"]
        (last,) = transaction.access_log.page(2, first[-1].id)
        assert (last.at, last.actor, last.act) == (NOON, "admin", Act.USER_ADDED)
        assert last.detail == {"role": "lead", "projects": ["churn"]}
