"""What bodies about slices look like, for the OpenAPI document."""

from typing import Any

_PART = {
    "value": "north",
    "events": 5200,
    "answers": 640,
    "automation_rate": {"mean": 0.88, "low": 0.87, "high": 0.89},
    "correction_rate": {"mean": 0.27, "low": 0.24, "high": 0.31},
    "error_rate": {"mean": 0.061, "low": 0.047, "high": 0.079},
    "predicted": {"leaves": 0.2, "stays": 0.8},
}

SLICES: dict[str, Any] = {
    "SlicesAnswer": {
        "project": "churn",
        "slices": [
            {
                "name": "region",
                "parts": [_PART],
                "disparity": {
                    "demographic_parity_difference": 0.04,
                    "demographic_parity_ratio": 0.83,
                    "equalized_odds_difference": 0.07,
                    "equalized_odds_ratio": 0.71,
                    "error_rate_difference": 0.02,
                },
            }
        ],
    },
}
