"""Certificates: reading them, and counting them again from the record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.review.domain.certificate.block import Block, End
from services.review.domain.certificate.estimates import Interval, escaped_in
from services.review.domain.certificate.overlooking import Overlooking, overlooking
from services.review.domain.certificate.record import KINDS, fact_of, read_routed
from services.review.domain.certificate.replay import Replay
from services.review.domain.coin import Draw, coin, key_id
from services.review.domain.ledger import Entry, Kind
from services.review.errors import NotFound
from services.review.ports import DatedBlock, Store, Transaction
from services.review.use_cases.pages import Page

_AT_ONCE = 5000
_MOST_TOLD = 100
_MOST_ENDED = 20


@dataclass(frozen=True, slots=True)
class Certificate:
    """A block, with its place among all."""

    sequence: int
    dated: DatedBlock


@dataclass(slots=True)
class Promised:
    """All blocks of a project together; see `api.certificate_answers.PromisedAnswer`."""

    blocks: int = 0
    full: int = 0
    tripped: int = 0
    accepted: int = 0
    bound: int = 0
    checked: int = 0
    found: int = 0
    pending: int = 0
    current: list[Certificate] = field(default_factory=list)
    ended: list[Certificate] = field(default_factory=list)
    _all: list[Block] = field(default_factory=list)

    @property
    def escapes(self) -> Interval:
        """How many of the decisions are wrong, estimated."""
        return escaped_in(self._all)

    def add(self, certificate: Certificate) -> None:
        """Add a block, those that began last first."""
        block = certificate.dated.block
        self.blocks += 1
        self.full += block.end is End.FULL
        self.tripped += block.end is End.TRIP
        self.accepted += block.accepted
        self.bound += min(block.terms.budget, block.accepted)
        self.checked += block.checked
        self.found += block.found
        self.pending += block.pending
        self._all.append(block)
        if block.end is None:
            self.current.append(certificate)
        elif len(self.ended) < _MOST_ENDED:
            self.ended.append(certificate)


@dataclass(frozen=True, slots=True)
class Verification:
    """What counting all blocks again has shown.

    Attributes:
        entries: how many entries of the ledger were read.
        blocks: how many blocks they tell of.
        contradictions: what does not follow from the rules, one sentence each; the first 100.
    """

    entries: int
    blocks: int
    contradictions: Sequence[str]


class ReadCertificates:
    """What anybody with the right to read may ask."""

    def __init__(self, store: Store, coin_key: bytes) -> None:
        self._store = store
        self._coin_key = coin_key

    def page(self, project: str, limit: int, before: int | None) -> Page[Certificate]:
        """Blocks of a project, those that began last first.

        Raises:
            NotFound: no such project.
        """
        with self._store.read() as transaction:
            _check(transaction, project)
            found = transaction.blocks.page(project, limit + 1, before)
        return Page.of([Certificate(place, dated) for place, dated in found], limit)

    def promised(self, project: str) -> Promised:
        """What all blocks of a project come to.

        Raises:
            NotFound: no such project.
        """
        found, before = Promised(), None
        with self._store.read() as transaction:
            _check(transaction, project)
            while page := transaction.blocks.page(project, _AT_ONCE, before):
                before = page[-1][0]
                for place, dated in page:
                    found.add(Certificate(place, dated))
        return found

    def overlooking(self, project: str) -> Overlooking:
        """Whether people overlook more than the policy declares, as gold tells.

        Raises:
            NotFound: no such project.
        """
        with self._store.read() as transaction:
            _check(transaction, project)
            state = transaction.projects.get(project)
            assert state is not None  # noqa: S101 - it was checked
            scores = transaction.gold.scores(project)
        return overlooking(scores.values(), state.configuration.policy.miss_rate)

    def verify(self, project: str) -> Verification:
        """Count every block again from the ledger alone, throw every coin again, and compare.

        Raises:
            NotFound: no such project.
        """
        until, kept = self._snapshot(project)
        replay, strange, read, place = Replay(), list[str](), 0, 0
        while True:
            with self._store.read() as transaction:
                stretch = (place, until)
                entries = transaction.history.of_kinds(project, KINDS, stretch, _AT_ONCE)
            if not entries:
                break
            read, place = read + len(entries), entries[-1].sequence
            replay.take(fact for fact in map(fact_of, entries) if fact is not None)
            strange += [self._coin_fault(project, entry) for entry in entries]
        told = [*replay.contradictions, *filter(None, strange), *_compare(replay.blocks, kept)]
        blocks = sum(map(len, replay.blocks.values()))
        return Verification(read, blocks, told[:_MOST_TOLD])

    def _snapshot(self, project: str) -> tuple[int, dict[tuple[str, int], Block]]:
        """The blocks as they are, and up to where the ledger tells of them."""
        with self._store.write() as transaction:
            transaction.projects.lock([project])
            _check(transaction, project)
            kept: dict[tuple[str, int], Block] = {}
            before: int | None = None
            while page := transaction.blocks.page(project, _AT_ONCE, before):
                before = page[-1][0]
                kept |= {(dated.lane, dated.block.number): dated.block for _, dated in page}
            return transaction.history.last(), kept

    def _coin_fault(self, project: str, entry: Entry) -> str:
        """A coin that fell otherwise than its key says; of other keys nothing can be said."""
        if entry.kind is not Kind.ROUTED:
            return ""
        record = read_routed(entry.body)
        mine = record.coin_key == key_id(self._coin_key)
        draw = coin(self._coin_key, Draw.AUDIT, project, entry.subject) if mine else record.draw
        return "" if draw == record.draw else f"the coin of event {entry.subject!r} was changed"


def _compare(
    counted: Mapping[str, Sequence[Block]], kept: Mapping[tuple[str, int], Block]
) -> list[str]:
    again = {(lane, block.number): block for lane, many in counted.items() for block in many}
    return [
        f"block {number} of {lane!r} is {kept.get((lane, number))}, "
        f"but the ledger gives {again.get((lane, number))}"
        for lane, number in sorted(again.keys() | kept.keys())
        if again.get((lane, number)) != kept.get((lane, number))
    ]


def _check(transaction: Transaction, project: str) -> None:
    if transaction.projects.get(project) is None:
        raise NotFound(f"there is no project {project!r}")
