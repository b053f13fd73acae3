"""What bodies about the sealed ledger look like, for the OpenAPI document."""

from typing import Any

_SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_KEY = "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29"
_HEAD = {
    "number": 118,
    "last": 48_112,
    "sealed_at": "2026-03-04T10:18:30Z",
    "sha256": _SHA,
    "key": _KEY,
    "document": '{"count":12,"first":48101,"format":1,"key":"3b6a...","last":48112,"number":118,'
    '"older":"...","previous":"...","root":"...","sealed_at":"2026-03-04T10:18:30+00:00"}',
    "signature": "00" * 64,
}
_ENTRY = {
    "sequence": 48_103,
    "project": "churn",
    "kind": "decided",
    "subject": "c-17",
    "revision": 1,
    "detail": "reviewers",
    "at": "2026-03-04T10:18:27+00:00",
    "body": '{"event_id":"c-17","revision":1,"label":"leaves"}',
    "salt": "c3ab8ff13720e8ad9047dd39466b3c89",
    "erased": None,
}

SEALS: dict[str, Any] = {
    "EntriesAnswer": {"entries": [_ENTRY], "next_cursor": None},
    "ErasedAnswer": {"entries": 3, "letters": 0, "documents": 2},
    "ErasureRequest": {"event_ids": ["c-17"], "reason": "request 2026/31"},
    "LedgerVerificationAnswer": {
        "seals": 118,
        "entries": 48_112,
        "unsealed": 3,
        "newest": _HEAD,
        "faults": [
            {
                "seal": 118,
                "entry": 48_103,
                "wrong": "entry 48103 (decided, 'c-17' of churn) was changed after it was sealed",
                "cure": "restore the database from a backup that verifies, and find out who else "
                "can write to it",
            }
        ],
    },
    "ProofAnswer": {
        "format": "handraise.record.v1",
        "project": "churn",
        "event_id": "c-17",
        "state": "intact",
        "entries": [{"entry": _ENTRY, "seal": 118, "index": 2, "path": [_SHA, _SHA]}],
        "heads": [_HEAD],
    },
    "SignedHeadAnswer": _HEAD,
}
