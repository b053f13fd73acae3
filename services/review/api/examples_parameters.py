"""What the parts of paths mean, for the OpenAPI document."""

from collections.abc import Mapping

PARAMETERS: Mapping[str, tuple[str, object]] = {
    "project": ("A project's name.", "churn"),
    "queue": ("A queue's name; a project's own, `.leads` or `.appeals`.", "churn"),
    "lease": ("The id of a lease of one's own.", "0197c0de-7a11-7000-8000-000000000001"),
    "item": ("The id of an item.", 42),
    "event_id": ("The sender's own id of an event.", "c-17"),
    "reviewer": ("A user's name.", "ada"),
    "name": ("A user's name.", "ada"),
    "prefix": ("The first part of a token, after `hr_`.", "3f9c2a7b1d04"),
    "id": ("The id of a dead letter.", 5),
    "version": ("The number of a model version.", 7),
    "question": ("The number of a question of one's own.", 12),
    "exercise": ("The number of an exercise.", 42),
}
"""What the parts of paths mean, each with an example."""
