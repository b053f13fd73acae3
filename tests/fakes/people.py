"""Users, tokens, passwords, the access log: held to SQL by tests/contracts/test_people.py."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count

from services.review.domain.access import User
from services.review.domain.lockout import Attempts
from services.review.domain.people import AccessEntry, Account, NewAccessEntry
from services.review.domain.tokens import Token, TokenKind
from services.review.ports import Answered, Proof


@dataclass
class FakeUsers:
    kept: dict[str, Account] = field(default_factory=dict)

    def get(self, name: str) -> User | None:
        account = self.kept.get(name)
        return account.user if account and account.disabled_at is None else None

    def account(self, name: str) -> Account | None:
        return self.kept.get(name)

    def accounts(self, after: str | None, limit: int) -> Sequence[Account]:
        names = sorted(name for name in self.kept if after is None or name > after)
        return [self.kept[name] for name in names[:limit]]

    def put(self, user: User) -> None:
        self.kept[user.name] = Account(user)

    def disable(self, name: str, at: datetime) -> None:
        self.kept[name] = replace(self.kept[name], disabled_at=at)


@dataclass
class FakeTokens:
    users: FakeUsers
    kept: dict[str, Token] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)

    def add(self, token: Token, digest: str) -> None:
        self.kept[token.prefix] = token
        self.digests[token.prefix] = digest

    def find(self, prefix: str, kind: TokenKind, now: datetime) -> Proof | None:
        token = self.kept.get(prefix)
        if token is None or token.kind is not kind or token.state(now) != "active":
            return None
        user = self.users.get(token.user)
        return Proof(user, self.digests[prefix], token.expires_at) if user else None

    def get(self, prefix: str) -> Token | None:
        return self.kept.get(prefix)

    def of_user(self, name: str) -> Sequence[Token]:
        return self._newest(name)

    def page(
        self, user: str | None, limit: int, before: tuple[datetime, str] | None
    ) -> Sequence[Token]:
        found = self._newest(user)
        if before is not None:
            at, prefix = before
            found = [
                token
                for token in found
                if token.created_at < at or (token.created_at == at and token.prefix > prefix)
            ]
        return found[:limit]

    def _newest(self, user: str | None) -> list[Token]:
        found = [
            token
            for token in self.kept.values()
            if token.kind is TokenKind.API and user in {None, token.user}
        ]
        found.sort(key=lambda token: token.prefix)
        return sorted(found, key=lambda token: token.created_at, reverse=True)

    def mark_used(self, uses: Mapping[str, datetime]) -> None:
        for prefix in uses.keys() & self.kept.keys():
            self.kept[prefix] = replace(self.kept[prefix], last_used_at=uses[prefix])

    def end(self, prefix: str, at: datetime) -> None:
        token = self.kept[prefix]
        self.kept[prefix] = replace(token, expires_at=min(at, token.expires_at))

    def revoke(self, prefix: str, at: datetime) -> bool:
        token = self.kept.get(prefix)
        if token is None or token.revoked_at is not None:
            return False
        self.kept[prefix] = replace(token, revoked_at=at)
        return True

    def drop(self, prefix: str) -> bool:
        return self.kept.pop(prefix, None) is not None

    def drop_all(self, user: str, kinds: Collection[TokenKind]) -> int:
        gone = [t.prefix for t in self.kept.values() if t.user == user and t.kind in kinds]
        return sum(map(self.drop, gone))

    def drop_expired(self, kinds: Collection[TokenKind], now: datetime) -> None:
        for token in [*self.kept.values()]:
            if token.kind in kinds and token.state(now) != "active":
                self.drop(token.prefix)


@dataclass
class FakeAccessLog:
    entries: list[AccessEntry] = field(default_factory=list)

    def append(self, entry: NewAccessEntry) -> None:
        number = len(self.entries) + 1
        self.entries.append(
            AccessEntry(entry.at, entry.actor, entry.act, entry.subject, entry.detail, number)
        )

    def page(self, limit: int, before: int | None) -> Sequence[AccessEntry]:
        older = [e for e in self.entries[::-1] if before is None or e.id < before]
        return older[:limit]


@dataclass
class FakeAnswers:
    kept: dict[str, tuple[Answered, datetime]] = field(default_factory=dict)

    def find(self, key: str) -> Answered | None:
        return self.kept[key][0] if key in self.kept else None

    def remember(self, key: str, answered: Answered, at: datetime) -> bool:
        if key in self.kept:
            return False
        self.kept[key] = (answered, at)
        return True

    def forget(self, before: datetime, limit: int) -> int:
        old = [key for key, (_, at) in self.kept.items() if at < before][:limit]
        for key in old:
            del self.kept[key]
        return len(old)


@dataclass
class FakePasswords:
    kept: dict[str, str] = field(default_factory=dict)
    counts: dict[str, Attempts] = field(default_factory=dict)

    def get(self, name: str) -> str | None:
        return self.kept.get(name)

    def put(self, name: str, kept: str, at: datetime) -> None:
        self.kept[name] = kept

    def forget(self, name: str) -> None:
        self.kept.pop(name, None)

    def lock_attempts(self, keys: Collection[str], now: datetime) -> Mapping[str, Attempts]:
        return {key: self.counts.setdefault(key, Attempts(0, now, now)) for key in keys}

    def remember_attempts(self, key: str, attempts: Attempts) -> None:
        self.counts[key] = attempts

    def forget_old_attempts(self, before: datetime) -> None:
        self.counts = {key: seen for key, seen in self.counts.items() if seen.last_at >= before}


class FakeHasher:
    """Not slow; it counts what it was asked, so that tests see equal work."""

    def __init__(self) -> None:
        self.verified = 0
        self._salts = count(1)

    def hash(self, password: str) -> str:
        return f"{next(self._salts)}:{password[::-1]}"

    def verify(self, kept: str | None, password: str) -> bool:
        self.verified += 1
        return kept is not None and kept.partition(":")[2] == password[::-1]
