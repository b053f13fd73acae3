"""What bodies about another policy look like, for the OpenAPI document."""

from typing import Any

_FIGURE: dict[str, Any] = {
    "name": "automatic",
    "unit": "share",
    "definition": "Events that the model decides and nobody sees, of all.",
    "recorded": 0.61,
    "now": {"value": 0.6, "low": 0.57, "high": 0.63},
    "other": {"value": 0.48, "low": 0.44, "high": 0.52},
}

SIMULATIONS: dict[str, Any] = {
    "ComparedAnswer": _FIGURE,
    "SimulationRequest": {
        "configuration": {
            "name": "churn",
            "title": "Will this customer leave?",
            "labels": ["stays", "leaves"],
            "fields": {"tenure": "number", "contract": "category"},
            "policy": {"error_rate": 0.025, "window": 2000},
        },
        "events": 5000,
        "reviewers": 3,
        "runs": 10,
    },
    "SimulationAnswer": {
        "project": "churn",
        "since": "2026-03-01T08:00:00Z",
        "until": "2026-03-04T10:15:30Z",
        "days": 3.09,
        "events": 5000,
        "reproduced": 5000,
        "runs": 10,
        "reviewers": 3,
        "answer_seconds": 8.4,
        "figures": [_FIGURE],
        "support": [
            {
                "label": None,
                "automatic": 2400.0,
                "answers": 410,
                "effective": 212.0,
                "estimate": 0.011,
                "low": 0.002,
                "high": 0.034,
                "is_enough": True,
            }
        ],
        "doubts": ["What people settled on is taken for the truth."],
    },
}
