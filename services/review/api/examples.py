"""What bodies look like, for the OpenAPI document: one customer's story, told in pieces."""

from collections.abc import Mapping
from typing import Any

from services.review.api.examples_certificates import CERTIFICATES
from services.review.api.examples_drift import DRIFT
from services.review.api.examples_label_errors import LABEL_ERRORS
from services.review.api.examples_models import CHAMPION, MODELS
from services.review.api.examples_practice import PRACTICE
from services.review.api.examples_quality import QUALITY
from services.review.api.examples_reports import CAPACITY, PROMISED, REPORTS
from services.review.api.examples_seals import SEALS
from services.review.api.examples_simulations import SIMULATIONS
from services.review.api.examples_slices import SLICES

_AT, _LATER = "2026-03-04T10:15:30Z", "2026-03-04T10:18:30Z"
_SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_PLACE = {"project": "churn", "event_id": "c-17"}
_FEATURES = {"tenure": 4, "contract": "monthly", "paperless_billing": True}
_LEASE = {"id": "0197c0de-7a11-7000-8000-000000000001", "token": 1, "expires_at": _LATER}
_CURSOR = "WyJ1c2VycyIsImFkYSJd"

_PROJECT = {
    "name": "churn",
    "title": "Will this customer leave within a month?",
    "labels": ["stays", "leaves"],
    "fields": {"tenure": "number", "contract": "category", "paperless_billing": "boolean"},
    "policy": {"error_rate": 0.05, "confidence": 0.95, "window": 10_000},
}
_PROJECT_STATE = {"configuration": _PROJECT, "policy_version": 3, "automation": "running"}
_EVENT = {"event_id": "c-17", "features": _FEATURES, "context": {"customer": "Ms Example"}}
_PREDICTION = {
    **_EVENT,
    "probabilities": {"stays": 0.45, "leaves": 0.55},
    "model": {"name": "our-own", "version": 1},
}
_SHOWN = {
    "title": _PROJECT["title"],
    "labels": _PROJECT["labels"],
    "features": _FEATURES,
    "context": {"customer": "Ms Example"},
}
_ITEM = {
    **_PLACE,
    **_SHOWN,
    "id": 42,
    "queue": "churn",
    "reason": "uncertain",
    "stage": "routed",
    "why": "The model is not sure.",
    "prediction": {"stays": 0.45, "leaves": 0.55},
    "evidence": [{"field": "contract", "value": "monthly", "contribution": 0.8}],
    "received_at": _AT,
    "deadline": None,
    "opinions": [],
    "notes": [],
}
_CLAIM = {"item": _ITEM, "lease": _LEASE, "draft": None}
_CLAIMS = {"claims": [_CLAIM], "empty_because": None, "next_free_at": None}
_DECISION = {
    "event_id": "c-17",
    "revision": 1,
    "label": "leaves",
    "decided_by": "reviewers",
    "decided_at": _AT,
}
_GOLD = {
    "id": 3,
    "event_id": "c-17",
    "label": "leaves",
    "explanation": "The notice is in the comment.",
    "active": True,
    "added_by": "lea",
    "at": _AT,
}
_LETTER = {
    "id": 5,
    "document_id": "scorer/handraise:requests/1-0",
    "project": "churn",
    "stream": "handraise:requests",
    "entry_id": "1-0",
    "reason": "malformed",
    "error": "Malformed",
    "message": "data.features: Field required",
    "attempts": 1,
    "size": 310,
    "at": _AT,
    "state": "waiting",
    "settled_by": None,
    "settled_at": None,
    "settle_reason": None,
    "cure": "Correct the sender, send the event anew, then drop this one.",
}
_SETTLED = {"state": "retried", "settled_by": "olga", "settled_at": _LATER}
_KIND = {"project": "churn", "reason": "malformed", "count": 1, "cure": _LETTER["cure"]}
_GAP = {
    "project": "churn",
    "kind": "unlearned",
    "found": 2,
    "repaired": 0,
    "cure": "Start the retrainer; what it lacks is sent again by itself.",
}
_ME = {"name": "ada", "role": "reviewer", "projects": ["churn"]}
_USER = {**_ME, "disabled_at": None}
_TOKEN_VIEW = {
    "prefix": "3f9c2a7b1d04",
    "user": "crm",
    "description": "nightly export",
    "state": "active",
    "created_at": _AT,
    "created_by": "admin",
    "expires_at": "2027-03-04T10:15:30Z",
    "last_used_at": None,
    "revoked_at": None,
}
_ESTIMATE = {"mean": 0.94, "low": 0.9, "high": 0.97}
_STANDING = {
    "reviewer": "ada",
    "state": "paused",
    "since": _AT,
    "by": "lea",
    "reason": "answers too fast",
}
_ACT = {
    "id": 9,
    "at": _AT,
    "actor": "admin",
    "act": "user.added",
    "subject": "ada",
    "detail": {"role": "reviewer", "projects": ["churn"]},
}

EXAMPLES: Mapping[str, Any] = (
    CERTIFICATES
    | MODELS
    | PRACTICE
    | QUALITY
    | REPORTS
    | SEALS
    | LABEL_ERRORS
    | SLICES
    | DRIFT
    | SIMULATIONS
    | {
        "Accepted": {"accepted": 1},
        "AccessLogAnswer": {"entries": [_ACT], "next_before": None, "next_cursor": None},
        "AppealAnswer": {**_PLACE, "appeal": 1, "queue": "churn.appeals"},
        "AppealRequest": {"reason": "The contract was renewed the day before."},
        "AlikeAnswer": {"like": _LEASE["id"], "claims": [_CLAIM], "looked_at": 380},
        "AlikeRequest": {"leases": [_LEASE["id"]], "limit": 20},
        "ClaimAnswer": _CLAIM,
        "ClaimRequest": {"limit": 2, "lease_seconds": 300},
        "ClaimsAnswer": _CLAIMS,
        "DecisionAnswer": {
            **_CLAIMS,
            "item": 41,
            "status": "decided",
            "decision": {"project": "churn", **_DECISION},
            "undo_until": _LATER,
        },
        "DecisionRequest": {"label": "leaves", "seconds_spent": 8.5, "claim_next": 1},
        "DecisionsAnswer": {
            "project": "churn",
            "decisions": [{"sequence": 1207, **_DECISION}],
            "next_cursor": _CURSOR,
        },
        "DraftRequest": {"label": "leaves", "comment": "Asked sales; waiting for an answer."},
        "Drop": {"reason": "a test of ours"},
        "DropAll": {"filter": {"reason": "malformed", "upto": 5}, "reason": "a test of ours"},
        "DroppedAnswer": {"dropped": 3},
        "Ended": {"ended": 2},
        "EscalateRequest": {"reason": "Two contracts for one customer."},
        "EscalatedAnswer": {"queue": "churn.leads"},
        "ExamRequest": {"label": "leaves"},
        "Filter": {"project": "churn", "reason": "unknown_project"},
        "GapsAnswer": {"redis": "known", "gaps": [_GAP]},
        "GoldAnswer": _GOLD,
        "GoldListAnswer": {"gold": [_GOLD], "next_cursor": None},
        "GoldRequest": {name: _GOLD[name] for name in ("event_id", "label", "explanation")},
        "HeartbeatAnswer": {"lease": _LEASE},
        "LetterAnswer": {**_LETTER, **_SETTLED},
        "LettersAnswer": {
            "dead_letters": [_LETTER],
            "next_before": None,
            "next_cursor": None,
            "waiting": [_KIND],
        },
        "MarkedAnswer": {
            "right": False,
            "label": "leaves",
            "explanation": "The notice is in the comment.",
            "left": 4,
            "passed": None,
            "then": "POST /v1/queues/churn/exam gives the next question, 4 are left",
        },
        "MeAnswer": _ME,
        "NewPassword": {"password": "correct horse battery"},
        "NewToken": {"kind": "api", "ttl_seconds": 7_776_000, "description": "nightly export"},
        "NewUser": {"name": "ada", "role": "reviewer", "projects": ["churn"]},
        "OwnPassword": {"old": "correct horse battery", "new": "horse battery staple"},
        "OwnImpactAnswer": {"projects": {"churn": {"answers": 120, "stood": 110, "corrected": 31}}},
        "OwnQualityAnswer": {"projects": {"churn": _ESTIMATE}},
        "Predictions": {"events": [_PREDICTION]},
        "Project": _PROJECT,
        "ProjectAnswer": _PROJECT_STATE,
        "ProjectsAnswer": {"projects": [_PROJECT_STATE]},
        "QuestionAnswer": {**_SHOWN, "question": 12, "left": 5},
        "QueuesAnswer": {
            "queues": [
                {
                    "queue": "churn",
                    "project": "churn",
                    "title": _PROJECT["title"],
                    "depth": 12,
                    "leased": 2,
                    "oldest_age_seconds": 340.5,
                    "overdue": 0,
                    "next_free_at": _LATER,
                    "free": True,
                    "workers": [{"name": "ada", "holds": 2}],
                }
            ]
        },
        "RecordAnswer": {
            **_PLACE,
            "entries": [{"sequence": 1207, "kind": "decided", "at": _AT, "body": _DECISION}],
        },
        "ReportAnswer": {
            "project": "churn",
            "events": 1000,
            "auto": 700,
            "waiting": 12,
            "leased": 2,
            "decisions": {"model": 665, "reviewers": 323, "fallback": 0},
            "corrections": 323,
            "confirmed": 240,
            "corrected": 83,
            "audits": {"drawn": 35, "answered": 35, "wrong": 1},
            "automation_rate": 0.7,
            "capacity": CAPACITY,
            "certificates": PROMISED,
            "model": CHAMPION,
        },
        "RepublishRequest": {"minutes": 60},
        "Republished": {"since": _AT, "entries": 118},
        "Requests": {"events": [_EVENT]},
        "RetriedAnswer": {"retried": 3, "refused": 0},
        "ReviewersAnswer": {
            "reviewers": [
                {
                    **_STANDING,
                    "state": "qualified",
                    "accuracy": _ESTIMATE,
                    "known": 60,
                    "gold_seen": 31,
                    "gold_right": 29,
                    "answers": 412,
                    "median_seconds": 7.2,
                    "agreement": 0.93,
                }
            ]
        },
        "RevokeRequest": {"since": _AT, "reason": "The account was shared."},
        "RevokedAnswer": {"answers": 14, "reopened": 6},
        "Rotation": {"overlap_seconds": 86_400},
        "ShownLetterAnswer": {
            **_LETTER,
            "retriable": True,
            "original": {"encoding": "text", "content": '{"specversion": "1.0"}'},
        },
        "SkipRequest": {"reason": "I know this customer."},
        "StandingAnswer": _STANDING,
        "StandingRequest": {"reason": "answers too fast"},
        "SwitchRequest": {"reason": "Prices changed last night."},
        "TokenAnswer": {
            "token": "hr_3f9c2a7b1d04_...",
            "prefix": "3f9c2a7b1d04",
            "expires_at": "2027-03-04T10:15:30Z",
            "login_url": None,
        },
        "TokensAnswer": {"tokens": [_TOKEN_VIEW], "next_cursor": None},
        "UserAnswer": _USER,
        "UserChange": {"role": "lead"},
        "SimilarAnswer": {
            "similar": [
                {
                    "event_id": "c-9",
                    "label": "leaves",
                    "features": _FEATURES,
                    "likeness": 0.93,
                    "differs": ["tenure"],
                }
            ]
        },
        "UsersAnswer": {"users": [_USER], "next_cursor": _CURSOR},
    }
)
"""By the name of the schema."""
