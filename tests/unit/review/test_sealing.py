"""Sealing and verifying: whatever is done to the ledger afterwards is found, and named."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from prometheus_client import CollectorRegistry

from services.review.adapters.signer import Ed25519Signer
from services.review.domain.access import ADMIN
from services.review.domain.ledger import Entry, Kind, NewEntry
from services.review.domain.seals import Seal
from services.review.errors import NotFound
from services.review.metrics import Metrics
from services.review.use_cases import sealing
from services.review.use_cases.proving import ProveRecord, State
from services.review.use_cases.sealing import SealLedger
from services.review.use_cases.verifying import VerifyLedger
from services.review.web.stories import proof_of
from tests.fakes.review_store import FakeTransaction
from tests.unit.review.voting_desk import ADA, Desk

SIGNER = Ed25519Signer(bytes(32))


class SealedDesk(Desk):
    def __init__(self, **project: object) -> None:
        super().__init__(**project)
        self.registry = CollectorRegistry()
        self.metrics = Metrics(self.registry)
        self.seal = SealLedger(self.store, SIGNER, self.metrics, self.clock)
        self.verify = VerifyLedger(self.store, SIGNER)
        self.prove = ProveRecord(self.store)

    @property
    def kept(self) -> FakeTransaction:
        return self.store.kept

    def wrong(self, kept: tuple[int, str] | None = None) -> list[str]:
        return [fault.wrong for fault in self.verify(kept).faults]

    def change(self, place: int, **changes: object) -> None:
        rows = self.kept.ledger.rows
        (index,) = [i for i, (_, entry) in enumerate(rows) if entry.sequence == place]
        project, entry = rows[index]
        rows[index] = project, replace(entry, **changes)  # type: ignore[arg-type]


@pytest.fixture
def desk() -> SealedDesk:
    """Entries 1 (the project), 2 (routed), 3 to 5 (voted, decided, corrected), then five more."""
    desk = SealedDesk()
    desk.arrive("e1")
    desk.say(ADA, "leave")
    desk.seal()
    for event_id in ("e2", "e3"):
        desk.arrive(event_id)
        desk.seal()
    desk.arrive("e4", leave=0.95)
    desk.seal()
    return desk


def test_what_is_untouched_verifies(desk: SealedDesk) -> None:
    desk.arrive("e5")
    found = desk.verify()
    assert (found.seals, found.entries, found.unsealed, found.faults) == (4, 10, 1, [])
    assert found.newest == desk.verify.newest()
    assert found.newest.head.last == 10
    assert desk.wrong((3, desk.kept.seals.seals[2].signed.sha256)) == []


def test_nothing_new_makes_no_seal(desk: SealedDesk) -> None:
    assert not desk.seal()
    assert len(desk.kept.seals.seals) == 4


def test_much_is_sealed_in_stretches(desk: SealedDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "MOST", 2)
    desk.arrive(*(f"more-{number}" for number in range(5)))
    assert [desk.seal() for _ in range(4)] == [True, True, False, False]
    assert [seal.signed.head.count for seal in desk.kept.seals.seals] == [5, 1, 1, 3, 2, 2, 1]
    assert desk.wrong() == []


def test_nothing_is_sealed_before_those_who_write(desk: SealedDesk) -> None:
    """An entry that took its place early may be seen late."""
    desk.kept.seals.at_work = frozenset({"one", "two"})
    desk.arrive("e5")
    desk.seal()
    desk.arrive("e6")
    desk.kept.seals.at_work = frozenset({"two", "a later one"})
    desk.seal()
    assert len(desk.kept.seals.seals) == 4
    desk.kept.seals.at_work = frozenset({"a later one"})
    desk.seal()
    newest = desk.kept.seals.seals[-1].signed.head
    assert (newest.number, newest.first, newest.last) == (5, 11, 11)


def test_another_process_may_seal(desk: SealedDesk) -> None:
    desk.arrive("e5")
    desk.kept.seals.taken = True
    desk.seal()
    assert len(desk.kept.seals.seals) == 4


def test_how_far_it_is_sealed_can_be_watched(desk: SealedDesk) -> None:
    desk.arrive("e5")
    desk.clock.pass_seconds(40)
    desk.kept.seals.at_work = frozenset({"hangs"})
    desk.seal()
    value = desk.registry.get_sample_value
    assert value("handraise_ledger_sealed") == 10
    assert value("handraise_ledger_seal_lag_seconds") == 41


def test_what_waits_is_told_although_no_seal_can_be_read(desk: SealedDesk) -> None:
    # given that all is sealed, and then the newest seal is overwritten
    desk.seal()
    seals = desk.kept.seals.seals
    seals[-1] = replace(seals[-1], signed=replace(seals[-1].signed, document="nonsense"))
    desk.clock.pass_seconds(90)
    with pytest.raises(ValueError, match="Expecting value"):
        desk.seal()
    assert desk.registry.get_sample_value("handraise_ledger_seal_lag_seconds") == 90


Act = Callable[[SealedDesk], object]
TAMPERED: dict[str, tuple[Act, list[str]]] = {
    "edited": (
        lambda d: d.change(4, body='{"label": "stay"}'),
        ["entry 4 (decided, 'e1' of churn) was changed after it was sealed"],
    ),
    "edited within the personal part": (
        lambda d: d.change(2, body=d.kept.ledger.rows[1][1].body.replace("monthly", "yearly")),
        ["entry 2 (routed, 'e1' of churn) was changed after it was sealed"],
    ),
    "no JSON any more": (
        lambda d: d.change(2, body="gone"),
        ["entry 2 (routed, 'e1' of churn) was changed after it was sealed"],
    ),
    "its time edited": (
        lambda d: d.change(6, at=d.clock.now()),
        ["entry 6 (routed, 'e2' of churn) was changed after it was sealed"],
    ),
    "deleted": (
        lambda d: d.kept.ledger.rows.pop(3),
        ["entry 4 was deleted after it was sealed"],
    ),
    "put in": (
        lambda d: d.kept.ledger.rows.insert(0, entry_at(d, 0, "forged")),
        ["entry 0 (routed, 'forged' of churn) was put in after its stretch was sealed"],
    ),
    "reordered": (
        lambda d: swap(d, 3, 4),
        [
            "entry 3 (decided, 'e1' of churn) stands at the place of another: it was sealed as 4",
            "entry 4 (voted, 'e1' of churn) stands at the place of another: it was sealed as 3",
        ],
    ),
    "cut off below its seals": (
        lambda d: d.kept.ledger.rows.__delitem__(slice(6, None)),
        [f"entry {place} was deleted after it was sealed" for place in (7, 8, 9, 10)],
    ),
    "a seal taken out": (
        lambda d: d.kept.seals.seals.pop(1),
        ["seal 2 is missing: 3 comes next; what follows was not checked"],
    ),
    "a seal that is none": (
        lambda d: forge(d, 2, document="{}"),
        ["seal 3 cannot be read: it is no head: 'format'; what follows was not checked"],
    ),
}  # fmt: skip


def swap(desk: SealedDesk, one: int, other: int) -> None:
    for place, new in ((one, 99), (other, one), (99, other)):
        desk.change(place, sequence=new)


def entry_at(desk: SealedDesk, sequence: int, subject: str) -> tuple[str, Entry]:
    project, entry = desk.kept.ledger.rows[1]
    return project, replace(entry, sequence=sequence, subject=subject)


def forge(desk: SealedDesk, index: int, **changes: str) -> None:
    seals = desk.kept.seals.seals
    seals[index] = Seal(replace(seals[index].signed, **changes), seals[index].leaves)


@pytest.mark.parametrize("act", TAMPERED)
def test_what_was_done_to_it_is_found_and_named(desk: SealedDesk, act: str) -> None:
    tamper, wanted = TAMPERED[act]
    tamper(desk)
    assert desk.wrong() == wanted


def test_hashes_written_anew_do_not_help(desk: SealedDesk) -> None:
    """Who can write to the database can change the hashes with the entry, but cannot sign."""
    desk.change(4, body='{"label": "stay"}')
    seal = desk.kept.seals.seals[0]
    leaves = [(e.sequence, e.leaf()) for e in desk.kept.seals.entries(0, 5, 9)]
    desk.kept.seals.seals[0] = Seal(seal.signed, leaves)
    (fault,) = desk.verify().faults
    assert (fault.seal, fault.entry) == (1, None)
    assert fault.wrong.startswith("the hashes that seal 1 keeps of entries 1 to 5 are not those")


def test_a_signature_of_nobody_is_found(desk: SealedDesk) -> None:
    forge(desk, 3, signature="00" * 64)
    assert desk.wrong() == ["the signature of seal 4 does not fit it"]
    forge(desk, 3, signature="no hex")
    assert desk.wrong() == ["the signature of seal 4 does not fit it"]


@contextmanager
def as_another(desk: SealedDesk) -> Iterator[Ed25519Signer]:
    other = Ed25519Signer(bytes([7]) * 32)
    desk.arrive("e9")
    SealLedger(desk.store, other, desk.metrics, desk.clock)()
    yield other


def test_a_key_is_to_be_known(desk: SealedDesk) -> None:
    with as_another(desk) as other:
        assert desk.wrong() == [f"seal 5 is signed with a key that is not known: {other.public}"]
        assert desk.verify(keys=[other.public]).faults == []


def test_who_writes_all_anew_differs_from_what_was_kept(desk: SealedDesk) -> None:
    """Even with the key: a head that was kept elsewhere tells."""
    kept = (3, desk.kept.seals.seals[2].signed.sha256)
    del desk.kept.seals.seals[:]
    desk.change(4, body='{"label": "stay"}')
    while desk.seal():
        pass
    assert desk.wrong() == []
    assert desk.wrong((1, kept[1])) == [
        "seal 1 is another than was kept: the ledger was written anew"
    ]
    assert desk.wrong(kept) == [
        "seal 3 was signed, but the ledger ends with seal 1: it was cut off"
    ]


def test_an_older_copy_that_was_put_back_is_told_with_what_was_lost(desk: SealedDesk) -> None:
    """The chain goes on behind it; who kept a later head sees that something is missing."""
    kept = (3, desk.kept.seals.seals[2].signed.sha256)
    del desk.kept.seals.seals[2:], desk.kept.ledger.rows[6:]
    leap = NewEntry("churn", Kind.RESTORED, "90", 1, "older_copy", "{}", desk.clock.now())
    desk.kept.ledger.append_at(leap, 91)
    desk.seal()
    assert desk.wrong() == []
    assert desk.kept.seals.seals[-1].signed.head.last == 91
    assert desk.wrong(kept) == [
        "seal 3 is another than was kept: the ledger was written anew; "
        "entry 91 tells of an older copy that was put back"
    ]


def test_a_record_proves_itself(desk: SealedDesk) -> None:
    record = desk.prove("churn", "e1", reader=ADMIN)
    assert [(p.entry.sequence, p.entry.kind.value) for p in record.entries] == [
        (2, "routed"),
        (3, "voted"),
        (4, "decided"),
        (5, "corrected"),
        (1, "project"),
    ]
    assert [*record.heads] == [1, 2, 3, 4]
    assert record.state is State.INTACT
    assert proof_of(record).endswith("every entry leads to signed head 4.")
    desk.change(4, body='{"label": "stay"}')
    altered = desk.prove("churn", "e1", reader=ADMIN)
    assert altered.state is State.ALTERED
    assert proof_of(altered) == "ALTERED after it was sealed: entry 4."
    assert desk.prove("churn", "e2", reader=ADMIN).state is State.INTACT


def test_a_record_says_what_waits_for_its_seal(desk: SealedDesk) -> None:
    desk.arrive("e5")
    assert desk.prove("churn", "e5", reader=ADMIN).state is State.UNSEALED
    with pytest.raises(NotFound):
        desk.prove("churn", "nobody", reader=ADMIN)
