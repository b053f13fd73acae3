"""Checks the record of a decision against signed heads: without database, service or network.

    python verify_record.py RECORD.json [--key HEX] [--head HEAD.json]

RECORD.json is what `handraise ledger export-record` writes, HEAD.json what `handraise ledger head`
wrote earlier, HEX the public key as it was noted when the installation began. Needs Python 3.11 and
the package `cryptography`. Exit code 0: every entry is as it was sealed. 1: not so; it says which
is not, and why. What is hashed, and how, is described in docs/explanation/ledger.md.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

PERSONAL: Mapping[str, Sequence[str]] = {
    "routed": (
        "prediction.features",
        "prediction.context",
        "prediction.slices",
        "prediction.evidence",
    ),
    "voted": ("comment",),
    "withdrawn": ("reason",),
    "escalated": ("reason",),
    "appealed": ("reason",),
    "gold": ("explanation",),
}
Document = Mapping[str, Any]


def canonical(content: object) -> str:
    """JSON that is the same for the same content."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"))


def sha256(data: bytes) -> bytes:
    """The hash that everything is made of."""
    return hashlib.sha256(data).digest()


def split(kind: str, body: str) -> tuple[str, str]:
    """What stays of a body when the personal part is erased, and that part."""
    if kind not in PERSONAL:
        return body, ""
    content = json.loads(body)
    personal = {}
    for name in PERSONAL[kind]:
        *outer, last = name.split(".")
        holder = content
        for step in outer:
            holder = holder.get(step, {})
        value = holder.pop(last, None)
        if value not in (None, {}, []):
            personal[name] = value
    return canonical(content), canonical(personal) if personal else ""


def leaf(entry: Document) -> bytes:
    """The hash of an entry."""
    rest, personal = split(entry["kind"], entry["body"])
    hidden = entry["erased"] or ""
    if personal:
        hidden = sha256(f"{entry['salt']}:{personal}".encode()).hex()
    said = [entry[name] for name in ("project", "kind", "subject", "revision", "detail", "at")]
    content = canonical([1, *said, sha256(rest.encode()).hex(), hidden])
    return sha256(b"\x00" + f"{entry['sequence']}:{content}".encode())


def climb(found: bytes, index: int, size: int, path: Sequence[str]) -> str:
    """The root to which a leaf leads, in hex."""
    beside = [bytes.fromhex(one) for one in path]
    while size > 1:
        if index % 2:
            found = sha256(b"\x01" + beside.pop(0) + found)
        elif index + 1 < size:
            found = sha256(b"\x01" + found + beside.pop(0))
        index, size = index // 2, (size + 1) // 2
    return found.hex() if not beside else ""


def is_signed(document: str, signature: str, key: str) -> bool:
    """Whether a signature is that of a text."""
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
        public.verify(bytes.fromhex(signature), document.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def faults_of_heads(heads: Mapping[int, Document], key: str | None) -> Iterator[str]:
    """What is wrong with the heads, and with how the newest leads to each of them."""
    said = {number: json.loads(head["document"]) for number, head in heads.items()}
    names = {n: sha256(b"\x02" + head["document"].encode()).hex() for n, head in heads.items()}
    for number, head in heads.items():
        signer = said[number]["key"]
        if said[number]["number"] != number:
            yield f"head {number} calls itself {said[number]['number']}"
        if not is_signed(head["document"], head["signature"], signer):
            yield f"head {number}: its signature does not fit"
        elif key and signer != key:
            yield f"head {number} is signed with another key: {signer}"
    yield from faults_of_links(said, names)


def faults_of_links(said: Mapping[int, Document], names: Mapping[int, str]) -> Iterator[str]:
    """Which heads are not led to from the newest, or are not those that were named."""
    reached = {max(said)} if said else set[int]()
    for number in sorted(said, reverse=True):
        links = {number - 1: "previous", number & (number - 1): "older"}
        if number not in reached:
            yield f"no newer head leads to head {number}"
        for older in [n for n in links if n in said]:
            if said[number][links[older]] != names[older]:
                yield f"head {number} names another head {older} than this"
            reached.add(older)


def faults_of_entries(record: Document, heads: Mapping[int, Document]) -> Iterator[str]:
    """What is wrong with the entries."""
    for proven in record["entries"]:
        entry = proven["entry"]
        called = f"entry {entry['sequence']} ({entry['kind']})"
        if proven["seal"] is None:
            yield f"{called} is not sealed yet: export the record again in a few seconds"
        elif proven["index"] is None or proven["seal"] not in heads:
            yield f"{called} is not among those that were sealed"
        else:
            head = json.loads(heads[proven["seal"]]["document"])
            root = climb(leaf(entry), proven["index"], head["count"], proven["path"])
            if root != head["root"]:
                yield f"{called} is not as it was sealed: it was altered"


def faults_of(record: Document, key: str | None, kept: Document | None) -> list[str]:
    """Everything that is wrong with a record."""
    heads = {head["number"]: head for head in record["heads"]}
    faults = [*faults_of_heads(heads, key), *faults_of_entries(record, heads)]
    if kept and kept["number"] not in heads:
        faults.append(
            f"head {kept['number']}, which you kept, is not in the record: export it with --head"
        )
    elif kept and heads[kept["number"]]["document"] != kept["document"]:
        faults.append(f"head {kept['number']} is another than you kept: all was written anew")
    return faults


def summary(record: Document) -> Iterator[str]:
    """What the record says, a line an entry."""
    yield f"{record['event_id']} of {record['project']}"
    for proven in record["entries"]:
        entry = proven["entry"]
        said = f"{entry['kind']:10} {entry['detail']}"
        more = told(entry["kind"], json.loads(entry["body"]))
        yield f"{entry['sequence']:>8}  {entry['at'][:19]}  {said}  {more}".rstrip()


def told(kind: str, body: Document) -> str:
    """What an entry says, in a few words."""
    match kind:
        case "routed":
            model = body["prediction"]["model"]
            return f"model {model['name']} version {model['version']} {model.get('sha256', '')}"
        case "model":
            return f"version {body['version']} learned up to entry {body['learned_up_to']}"
        case "project":
            return f"by {body['actor']}"
        case _:
            return str(body.get("label") or "")


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the record that the command line names."""
    parser = argparse.ArgumentParser(description="Checks the record of a decision.")
    parser.add_argument("record", type=Path)
    parser.add_argument("--key", help="the public key that you trust, in hex")
    parser.add_argument("--head", type=Path, help="a head that was kept elsewhere")
    given = parser.parse_args(arguments)
    try:
        record = json.loads(given.record.read_text(encoding="utf-8"))
        kept = json.loads(given.head.read_text(encoding="utf-8")) if given.head else None
        faults, lines = faults_of(record, given.key, kept), [*summary(record)]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        sys.stderr.write(f"this is no record, or it was altered: {error!r}\n")
        return 1
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    for fault in faults:
        sys.stdout.write(f"ALTERED: {fault}\n")
    if not faults:
        newest = json.loads(max(record["heads"], key=lambda head: head["number"])["document"])
        trust = "which you trust" if given.key else "compare it with the one that you noted"
        sys.stdout.write(
            f"nothing was altered: {len(record['entries'])} entries lead to head "
            f"{newest['number']} of {newest['sealed_at'][:19]}, signed with key {newest['key']} "
            f"({trust})\n"
        )
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
