"""What bodies of reports look like, for the OpenAPI document."""

from typing import Any

from services.review.api.examples_certificates import CERTIFICATE, CERTIFICATES

CAPACITY: dict[str, Any] = {
    "answers_an_hour": 60.0,
    "hours": 8.0,
    "when_over": "fallback",
    "waiting": 12,
    "most_waiting": 480,
    "over": False,
}

PROMISED: dict[str, Any] = {
    "blocks": 3,
    "full": 2,
    "tripped": 0,
    "accepted": 28_412,
    "bound": 1500,
    "checked": 2133,
    "found": 41,
    "pending": 2,
    "estimate": 545.2,
    "low": 322.0,
    "high": 818.0,
    "current": [CERTIFICATE],
    "ended": [],
}

_PREVENTED: dict[str, Any] = {
    "name": "errors_prevented",
    "value": 79.3,
    "low": 61.0,
    "high": 88.4,
    "unit": "events",
    "rests_on": 323,
    "definition": "Events that the model would have decided wrongly and people decided rightly, "
    "less those that they made wrong.",
}

REPORTS: dict[str, Any] = {
    "ContributionAnswer": {
        "project": "churn",
        "at": "2026-03-04T10:15:30Z",
        "figures": [_PREVENTED],
        "certificates": CERTIFICATES["CertificatesAnswer"]["certificates"],
    },
    "WeeksAnswer": {
        "project": "churn",
        "weeks": [
            {
                "since": "2026-02-25T10:15:30Z",
                "until": "2026-03-04T10:15:30Z",
                "prevented": _PREVENTED,
            }
        ],
    },
}
