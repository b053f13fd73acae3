"""What is wrong with a sealed ledger, and what to do about it."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.review.domain import merkle
from services.review.domain.ledger import Kind
from services.review.domain.seals import Head, Seal, SignedHead, Stored, leaf_at, older_number

RESTORE = "restore the database from a backup that verifies, and find out who else can write to it"
FORGED = (
    "compare with the heads that were kept elsewhere, restore the database from a backup that "
    "verifies, and find out who can write to it or read the key"
)
PUT_BACK = (
    "if the head was kept before that, this is what was lost with it, else as if nothing was told; "
    "keep a new head"
)
_OTHER_KEY = (
    "if it is a key that this installation had before, give it with --key; otherwise somebody else "
    "has sealed: compare with the heads that were kept elsewhere"
)
Check = Callable[[str, str, str], bool]
"""Whether a signature (second) is that of a text (first), by a public key (third)."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not as it was sealed.

    Attributes:
        seal: the seal in whose stretch it is.
        entry: the place of the entry; None if it concerns the seal.
        wrong: what is wrong, in words.
        cure: what to do.
        tears: the chain is torn here, so what follows cannot be checked.
    """

    seal: int
    entry: int | None
    wrong: str
    cure: str = RESTORE
    tears: bool = False


def of_chain(signed: SignedHead, number: int, last: int, known: Mapping[int, str]) -> list[Fault]:
    """What is wrong with a head's place in the chain; its signature is checked elsewhere.

    Args:
        signed: the head.
        number: the number that it should have.
        last: the place up to which the head before it reaches.
        known: SHA-256 of the heads that it should name, by number.
    """
    try:
        head = signed.head
    except ValueError as error:
        wrong = f"seal {number} cannot be read: {error}; what follows was not checked"
        return [Fault(number, None, wrong, FORGED, tears=True)]
    if head.number != number:
        wrong = f"seal {number} is missing: {head.number} comes next; what follows was not checked"
        return [Fault(number, None, wrong, FORGED, tears=True)]
    wanted = {"previous": known.get(number - 1, ""), "older": known.get(older_number(number), "")}
    faults = [
        Fault(number, None, f"seal {number} names another {name} seal than there is", FORGED)
        for name, sha256 in wanted.items()
        if getattr(head, name) != sha256
    ]
    if head.first <= last:
        faults.append(Fault(number, None, f"seal {number} begins before the last one ends", FORGED))
    return faults


def of_key(
    head: Head, signed: SignedHead, trusted: Collection[str], is_signed: Check
) -> list[Fault]:
    """What is wrong with a head's signature, or with the key that made it."""
    number = head.number
    if not is_signed(signed.document, signed.signature, head.key):
        return [Fault(number, None, f"the signature of seal {number} does not fit it", FORGED)]
    if head.key not in trusted:
        wrong = f"seal {number} is signed with a key that is not known: {head.key}"
        return [Fault(number, None, wrong, _OTHER_KEY)]
    return []


def of_entries(seal: Seal, entries: Sequence[Stored]) -> list[Fault]:
    """What became of the entries of a seal's stretch, given all that stand there now."""
    head = seal.signed.head
    faults = [] if _is_own_list(seal, head) else [_changed_list(head)]
    sealed, now = dict(seal.leaves), {entry.sequence: entry for entry in entries}
    strange = [e for e in entries if e.sequence in sealed and e.leaf() != sealed[e.sequence]]
    places = {entry.sequence for entry in strange} | (sealed.keys() - now.keys())
    for entry in strange:
        content = entry.content()
        origin = next((p for p in places if leaf_at(p, content) == sealed[p]), None)
        wrong = f"{_called(entry)} was changed after it was sealed"
        if origin is not None:
            wrong = f"{_called(entry)} stands at the place of another: it was sealed as {origin}"
        faults.append(Fault(head.number, entry.sequence, wrong))
    faults += [
        Fault(head.number, place, f"entry {place} was deleted after it was sealed")
        for place in sealed.keys() - now.keys()
    ]
    faults += [
        Fault(head.number, place, f"{_called(now[place])} was put in after its stretch was sealed")
        for place in now.keys() - sealed.keys()
    ]
    return sorted(faults, key=lambda fault: fault.entry or 0)


def of_erased(erased: Iterable[Stored], told: Collection[int], number: int) -> list[Fault]:
    """Entries whose personal part is gone, although no erasure of it is recorded.

    Args:
        erased: the entries without their personal part.
        told: the places of which an erasure is recorded.
        number: of the newest seal.
    """
    return [
        Fault(number, entry.sequence, f"{_called(entry)} was blanked, and no erasure is recorded")
        for entry in erased
        if entry.sequence not in told
    ]


def places_erased(entry: Stored) -> Sequence[int]:
    """The places of which an entry records the erasure."""
    if entry.kind is not Kind.ERASED:
        return []
    try:
        places: Sequence[int] = json.loads(entry.body)["entries"]
    except (ValueError, KeyError, TypeError):
        return []  # somebody has altered it, which its hash tells
    return places


def against(
    kept: tuple[int, str], newest: int, found: str | None, restored: Sequence[int] = ()
) -> Fault | None:
    """What is wrong where a head was kept elsewhere.

    Args:
        kept: its number and SHA-256.
        newest: the number of the newest seal of the ledger; 0 if there is none.
        found: SHA-256 of the seal of that number; None if there is none.
        restored: the entries that tell of an older copy of the ledger that was put back.
    """
    number, sha256 = kept
    if found == sha256:
        return None
    wrong = f"seal {number} is another than was kept: the ledger was written anew"
    if found is None:
        wrong = f"seal {number} was signed, but the ledger ends with seal {newest}: it was cut off"
    if not restored:
        return Fault(number, None, wrong, FORGED)
    told = f"{wrong}; entry {restored[-1]} tells of an older copy that was put back"
    return Fault(number, None, told, PUT_BACK)


def _is_own_list(seal: Seal, head: Head) -> bool:
    places = [place for place, _ in seal.leaves]
    if len(places) != head.count or not places:
        return False
    whole = merkle.root([found for _, found in seal.leaves]).hex()
    return whole == head.root and (places[0], places[-1]) == (head.first, head.last)


def _changed_list(head: Head) -> Fault:
    wrong = (
        f"the hashes that seal {head.number} keeps of entries {head.first} to {head.last} are not "
        "those that were signed; which of them was changed cannot be told"
    )
    return Fault(head.number, None, wrong, FORGED)


def _called(entry: Stored) -> str:
    return f"entry {entry.sequence} ({entry.kind.value}, {entry.subject!r} of {entry.project})"
