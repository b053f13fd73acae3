"""What bodies about model versions look like, for the OpenAPI document."""

from typing import Any

_SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_AT = "2026-03-04T10:15:30Z"
CHAMPION: dict[str, Any] = {
    "version": 7,
    "state": "champion",
    "sha256": _SHA,
    "uri": f"churn/{_SHA}",
    "parent": 6,
    "learned_up_to": 1204,
    "metrics": {"corrections": 323.0, "log_loss": 0.31},
    "reason": "learned from 2 corrections",
    "actor": "retrainer",
    "at": _AT,
    "challenger": None,
    "comparison": [],
    "decided": None,
}
_CANDIDATE = CHAMPION | {
    "version": 8,
    "state": "candidate",
    "parent": 7,
    "challenger": "boosted",
    "reason": "worse in region=north on 180 answers: a person decides",
    "comparison": [
        {
            "group": "all answers",
            "answers": 180,
            "champion_wrong": 0.178,
            "candidate_wrong": 0.161,
            "low": -0.04,
            "high": 0.01,
            "margin": 0.02,
            "verdict": "not_worse",
        },
        {
            "group": "region=north",
            "answers": 41,
            "champion_wrong": 0.122,
            "candidate_wrong": 0.317,
            "low": 0.02,
            "high": 0.29,
            "margin": 0.05,
            "verdict": "worse",
        },
    ],
}
MODELS: dict[str, Any] = {
    "ModelAnswer": _CANDIDATE,
    "ModelsAnswer": {"versions": [_CANDIDATE, CHAMPION], "next_cursor": None},
    "PromotionRequest": {"reason": "North is a test region."},
    "OfferRequest": {
        "whom": "reviewer",
        "name": "ada",
        "reason": "Her answers of May were guesses.",
    },
    "OfferAnswer": {"version": 7, "whom": "reviewer", "name": "ada"},
    "RollbackRequest": {"version": 6, "reason": "Complaints since this morning."},
}
