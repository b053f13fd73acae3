"""What bodies about practice and one's own progress look like, for the OpenAPI document."""

from typing import Any

PRACTICE: dict[str, Any] = {
    "ExerciseAnswer": {
        "exercise": 42,
        "title": "Will this customer leave within a month?",
        "labels": ["stays", "leaves"],
        "features": {"tenure": 4, "contract": "monthly", "paperless_billing": True},
        "context": {"customer": "Ms Example"},
    },
    "FeedbackAnswer": {
        "right": True,
        "label": "leaves",
        "predicted": "stays",
        "explanation": "She gave notice in the second call.",
    },
    "OwnStreaksAnswer": {"projects": {"churn": {"days": 6, "worth": 5.7}}},
}
