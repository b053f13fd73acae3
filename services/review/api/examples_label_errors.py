"""What bodies about suspected label errors look like, for the OpenAPI document."""

from typing import Any

LABEL_ERRORS: dict[str, Any] = {
    "LabelErrorsAnswer": {
        "open": 41,
        "sent": 20,
        "waiting": 3,
        "changed": 12,
        "suspects": [
            {
                "event_id": "c-17",
                "label": "leaves",
                "likelier": "stays",
                "believed": 0.97,
                "given": 0.03,
                "score": 3.48,
                "confident": True,
                "settled_at": "2026-03-04T10:15:30Z",
            }
        ],
    },
    "SecondLooksRequest": {"event_ids": ["c-17"]},
    "SecondLooksAnswer": {"queue": "churn.leads", "event_ids": ["c-17"]},
}
