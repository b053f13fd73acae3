"""What bodies about drift look like, for the OpenAPI document."""

from typing import Any

DRIFT: dict[str, Any] = {
    "DriftAnswer": {
        "project": "churn",
        "alarms": [
            {
                "kind": "accuracy",
                "subject": "",
                "words": "The model was wrong on 41 % of the latest answers, on 22 % of all. "
                "tenure: 11.2 of late on average, 32.4 of all.",
                "at": "2026-03-04T10:15:30Z",
            }
        ],
        "streams": [
            {
                "kind": "input",
                "subject": "tenure",
                "seen": 5200,
                "nearness": 0.42,
                "words": "tenure: 30.1 of late on average, 32.4 of all.",
            }
        ],
    },
}
