"""The router's rule: who decides an event, and with which chance a person sees it."""

from collections.abc import Mapping
from dataclasses import dataclass

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


def route(
    probabilities: Mapping[str, float], model_version: int, draw: float, rules: Rules
) -> Route:
    """Decide who decides.

    Everything goes to people for certain (inclusion probability 1) while automation is stopped,
    while there is no model, and where the model is torn. What remains could be decided alone; of
    it, each event goes to a person with the policy's audit probability.

    Args:
        probabilities: by label.
        model_version: 0 means that no model has been learned yet.
        draw: this event's audit coin, in [0, 1).
        rules: what is in force.
    """
    if rules.stopped:
        return _certainly(RouteReason.STOPPED, rules)
    if model_version == 0:
        return _certainly(RouteReason.NO_MODEL, rules)
    if margin(probabilities) < rules.policy.auto_margin:
        return _certainly(RouteReason.UNCERTAIN, rules)
    audited = draw < rules.policy.audit_probability
    return Route(
        kind=RouteKind.REVIEW if audited else RouteKind.AUTO,
        reason=RouteReason.AUDIT if audited else RouteReason.CONFIDENT,
        inclusion_probability=rules.policy.audit_probability,
        policy_version=rules.policy_version,
    )


def is_decided_at_once(chosen: Route, policy: Policy) -> bool:
    """Whether the model's answer leaves at once, though a person may still amend it."""
    audited = chosen.reason is RouteReason.AUDIT and policy.audits is AuditTiming.AFTER
    return audited or chosen.kind is RouteKind.AUTO


def _certainly(reason: RouteReason, rules: Rules) -> Route:
    return Route(
        kind=RouteKind.REVIEW,
        reason=reason,
        inclusion_probability=1.0,
        policy_version=rules.policy_version,
    )
