"""What bodies about the quality of answers look like, for the OpenAPI document."""

from typing import Any

QUALITY: dict[str, Any] = {
    "AgreementAnswer": {
        "items": 120,
        "krippendorff_alpha": 0.81,
        "fleiss_kappa": 0.8,
        "pairs": [{"reviewers": ["ada", "ben"], "items": 64, "cohen_kappa": 0.83}],
    },
    "AnchoringAnswer": {
        "shown": 400,
        "shown_agreed": 360,
        "hidden": 100,
        "hidden_agreed": 82,
        "effect": {"mean": 0.08, "low": 0.01, "high": 0.16},
    },
}
