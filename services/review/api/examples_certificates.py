"""What bodies about certificates look like, for the OpenAPI document."""

from typing import Any

CERTIFICATE: dict[str, Any] = {
    "name": "label=stays/3",
    "label": "stays",
    "slices": {},
    "statement": "Of the 8,412 decisions made automatically in this block at most 500 are wrong "
    "(5 % of the 10,000 that it may hold), with 95 % confidence. People checked 633 cases like "
    "them, drawn at random, and found 12 errors; 2 wait for an answer. The block is stopped if "
    "they find more than 27.",
    "error_rate": 0.05,
    "confidence": 0.95,
    "window": 10_000,
    "audit_probability": 0.07,
    "miss_rate": 0.0,
    "budget": 500,
    "credits": 27,
    "accepted": 8412,
    "checked": 633,
    "found": 12,
    "pending": 2,
    "gate": True,
    "versions": [6, 7],
    "escapes": {
        "estimate": 159.9,
        "low": 26.1,
        "high": 372.4,
        "statement": "For information, no guarantee: as the checks tell, about 160 of the 8,412 "
        "are wrong (1.9 %), at least 26 and at most 372 (4.43 %).",
    },
    "began_at": "2026-03-04T10:15:30Z",
    "ended_at": None,
    "end": None,
}

CERTIFICATES: dict[str, Any] = {
    "CertificatesAnswer": {
        "project": "churn",
        "overlooking": {
            "answers": 200,
            "wrong": 8,
            "low": 0.022,
            "high": 0.067,
            "declared": 0.05,
            "exceeded": False,
        },
        "certificates": [CERTIFICATE],
        "next_cursor": None,
    },
    "VerificationAnswer": {
        "project": "churn",
        "entries": 18_230,
        "blocks": 3,
        "contradictions": [],
    },
}
