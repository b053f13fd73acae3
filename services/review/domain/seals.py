"""Seals: signed heads of a chain, each of which stands for the next stretch of the ledger."""

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from services.review.domain import merkle
from services.review.domain.ledger import Kind
from services.review.domain.personal import canonical, commitment, split

FORMAT = 1
_NUMBERS = ("number", "first", "last", "count")


@dataclass(frozen=True, slots=True)
class Stored:
    """An entry as it is stored.

    Attributes:
        salt: hides the personal part in the entry's hash; empty once that is erased.
        erased: the commitment to the personal part that was erased.
    """

    sequence: int
    project: str
    kind: Kind
    subject: str
    revision: int
    detail: str
    body: str
    at: datetime
    salt: str
    erased: str | None = None

    def content(self) -> str:
        """What it says, whatever its place, as the hash is made of it."""
        parts = split(self.kind, self.body)
        personal = commitment(self.salt, parts.personal) or self.erased or ""
        said = (self.project, self.kind.value, self.subject, self.revision, self.detail)
        rest = hashlib.sha256(parts.rest.encode()).hexdigest()
        return canonical([FORMAT, *said, self.at.isoformat(), rest, personal])

    def leaf(self) -> bytes:
        """The entry's hash."""
        return leaf_at(self.sequence, self.content())


def leaf_at(sequence: int, content: str) -> bytes:
    """The hash of what an entry says, at a place."""
    return merkle.leaf(f"{sequence}:{content}".encode())


@dataclass(frozen=True, slots=True)
class Head:
    """What is signed: the root over a stretch of the ledger, and the heads before.

    Attributes:
        number: its place in the chain, from 1.
        first: place of the first entry in the stretch.
        last: place of the last one.
        count: how many entries the stretch has; places may be left out.
        root: the root of the tree over the entries' hashes, in hex.
        previous: SHA-256 of the head before; empty for the first.
        older: SHA-256 of the head `older_number(number)`; empty if there is none.
        sealed_at: when it was made.
        key: the public key that its signature is checked with, in hex.
    """

    number: int
    first: int
    last: int
    count: int
    root: str
    previous: str
    older: str
    sealed_at: datetime
    key: str

    def document(self) -> str:
        """The text that is signed."""
        said = {name: getattr(self, name) for name in self.__slots__}
        return canonical(said | {"format": FORMAT, "sealed_at": self.sealed_at.isoformat()})

    @classmethod
    def read(cls, document: str) -> Self:
        """What a document says.

        Raises:
            ValueError: it is no head's.
        """
        try:
            said = json.loads(document)
            if said.pop("format") != FORMAT:
                raise ValueError("it is of another format")
            if not all(isinstance(said[name], int) for name in _NUMBERS):
                raise ValueError("its numbers are none")
            said["sealed_at"] = datetime.fromisoformat(said["sealed_at"])
            return cls(**said)
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError(f"it is no head: {error}") from error


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A head with its signature.

    Attributes:
        document: the text that was signed.
        signature: Ed25519, in hex.
    """

    document: str
    signature: str

    @property
    def head(self) -> Head:
        """What it says."""
        return Head.read(self.document)

    @property
    def sha256(self) -> str:
        """By which the next heads name it."""
        return hashlib.sha256(b"\x02" + self.document.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Seal:
    """A signed head, and the hash of each entry of its stretch by its place, in order."""

    signed: SignedHead
    leaves: Sequence[tuple[int, bytes]]

    def proof(self, sequence: int) -> tuple[int, list[bytes]]:
        """The index of an entry of the stretch, and the hashes beside its way to the root."""
        index = [place for place, _ in self.leaves].index(sequence)
        return index, merkle.path([found for _, found in self.leaves], index)


def older_number(number: int) -> int:
    """The head that a head names besides the one before: its number without the lowest bit set.

    So a few steps lead from any head to any earlier one.

    >>> [older_number(number) for number in (1, 6, 7, 8)]
    [0, 4, 6, 0]
    """
    return number & (number - 1)


def way_back(newest: int, targets: Collection[int]) -> list[int]:
    """The heads over which the newest leads to earlier ones, each naming the next, newest first.

    >>> way_back(11, [5])
    [11, 10, 8, 7, 6, 5]
    """
    passed = set[int]()
    for target in targets:
        place = newest
        while place > target:
            passed.add(place)
            further = older_number(place)
            place = further if further >= target else place - 1
        passed.add(target)
    return sorted(passed, reverse=True)


def is_named_later(number: int, newest: int) -> bool:
    """Whether a head that is yet to come, after the newest, names this one as its older one."""
    return number + (number & -number) // 2 > newest
