"""The router's rule: who decides an event, and with which chance a person sees it."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.review.domain.certificate.gate import Placed
from shared.events import Route, RouteKind, RouteReason
from shared.project import AuditTiming, Policy


@dataclass(frozen=True, slots=True)
class Rules:
    """What is in force for a project at the moment of routing."""

    policy: Policy
    policy_version: int
    stopped: bool


def margin(probabilities: Mapping[str, float]) -> float:
    """The lead of the likeliest label over the next (0 when there is no next).

    >>> round(margin({"stay": 0.7, "leave": 0.2, "ask": 0.1}), 3)
    0.5
    """
    ranked = sorted(probabilities.values(), reverse=True)
    return ranked[0] - ranked[1] if len(ranked) > 1 else ranked[0]


def predicted_label(probabilities: Mapping[str, float]) -> str:
    """The likeliest label; of equally likely ones the first."""
    return max(probabilities, key=probabilities.__getitem__)


def barred(lead: float, model_version: int, rules: Rules) -> RouteReason | None:
    """Why an event goes to people for certain, before any statistics; None: it may be automatic.

    Everything does while automation is stopped and while there is no model; and what the policy
    finds too torn.

    Args:
        lead: see `margin`.
        model_version: 0 means that no model has been learned yet.
        rules: what is in force.
    """
    if rules.stopped:
        return RouteReason.STOPPED
    if model_version == 0:
        return RouteReason.NO_MODEL
    if lead < rules.policy.auto_margin:
        return RouteReason.UNCERTAIN
    return None


def to_people(reason: RouteReason, rules: Rules) -> Route:
    """The route of an event that people decide for certain."""
    return Route(
        kind=RouteKind.REVIEW,
        reason=reason,
        inclusion_probability=1.0,
        policy_version=rules.policy_version,
    )


def follow(placed: Placed, rules: Rules) -> Route:
    """The route that the gate's ruling on an event means."""
    ruling = placed.ruling
    if not ruling.inside:
        proven = ruling.threshold is not None and placed.score > ruling.threshold
        return to_people(RouteReason.UNCERTAIN if proven else RouteReason.UNPROVEN, rules)
    return Route(
        kind=RouteKind.REVIEW if ruling.review else RouteKind.AUTO,
        reason=RouteReason.AUDIT if ruling.review else RouteReason.CONFIDENT,
        inclusion_probability=ruling.probability,
        policy_version=rules.policy_version,
        certificate=f"{placed.lane}/{ruling.block}" if rules.policy.promises else None,
    )


def is_decided_at_once(chosen: Route, policy: Policy) -> bool:
    """Whether the model's answer leaves at once, though a person may still amend it."""
    audited = chosen.reason is RouteReason.AUDIT and policy.audits is AuditTiming.AFTER
    return audited or chosen.kind is RouteKind.AUTO
