"""The router's rule: who decides an event, and with which chance a person sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from services.review.domain.certificate.gate import Placed
from services.review.domain.rules import Seen, Tests, applying, compiled, raised
from shared.events import Route, RouteKind, RouteReason
from shared.project import AuditTiming, Policy
from shared.wire import PredictionData


@dataclass(slots=True)
class Rules:
    """What is in force for a project at the moment of routing."""

    policy: Policy
    policy_version: int
    stopped: bool
    tests: Tests = field(init=False, compare=False)
    """The policy's rules, as they are asked of every event."""
    checks: Tests = field(init=False, compare=False)
    """The same of `audit_more`."""

    def __post_init__(self) -> None:
        self.tests = compiled(self.policy.rules)
        self.checks = compiled(self.policy.audit_more)


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


class Bar(NamedTuple):
    """Why an event goes to people for certain; `rule` names the one that asks for it."""

    reason: RouteReason
    rule: str | None = None


def barred(data: PredictionData, rules: Rules) -> Bar | None:
    """Why an event goes to people before any statistics; None: it may be automatic.

    Everything does while automation is stopped and while there is no model (version 0); and what a
    rule of the policy names, what is too unlike all that was learned, and what is too torn.
    """
    if rules.stopped:
        return Bar(RouteReason.STOPPED)
    if data.model.version == 0:
        return Bar(RouteReason.NO_MODEL)
    policy = rules.policy
    if rules.tests:
        rule = applying(rules.tests, _seen(data))
        if rule is not None:
            return Bar(RouteReason.RULE, rule)
    if policy.novelty_above is not None and (data.novelty or 0.0) > policy.novelty_above:
        return Bar(RouteReason.NOVEL)
    if policy.auto_margin and margin(data.probabilities) < policy.auto_margin:
        return Bar(RouteReason.UNCERTAIN)
    return None


def propensity(data: PredictionData, rules: Rules) -> float:
    """With which probability the policy wants a sure event checked; 0: it asks for nothing."""
    return raised(rules.checks, rules.policy.audit_more, _seen(data)) if rules.checks else 0.0


def _seen(data: PredictionData) -> Seen:
    label = predicted_label(data.probabilities)
    return data.features, data.slices or {}, data.probabilities, label


def to_people(reason: RouteReason, rules: Rules) -> Route:
    """The route of an event that people decide for certain."""
    return _route(RouteKind.REVIEW, reason, 1.0, rules.policy_version, None)


def follow(placed: Placed, rules: Rules) -> Route:
    """The route that the gate's ruling on an event means."""
    ruling = placed.ruling
    if not ruling.inside:
        proven = ruling.threshold is not None and placed.score > ruling.threshold
        return to_people(RouteReason.UNCERTAIN if proven else RouteReason.UNPROVEN, rules)
    certificate = f"{placed.lane}/{ruling.block}" if rules.policy.error_rate < 1 else None
    kind = RouteKind.REVIEW if ruling.review else RouteKind.AUTO
    reason = RouteReason.AUDIT if ruling.review else RouteReason.CONFIDENT
    return _route(kind, reason, ruling.probability, rules.policy_version, certificate)


@lru_cache(10_000)
def _route(
    kind: RouteKind, reason: RouteReason, probability: float, version: int, certificate: str | None
) -> Route:
    """A route. Most events share theirs with others: finding one costs less than making it."""
    return Route(
        kind=kind,
        reason=reason,
        inclusion_probability=probability,
        policy_version=version,
        certificate=certificate,
    )


def is_decided_at_once(chosen: Route, policy: Policy) -> bool:
    """Whether the model's answer leaves at once, though a person may still amend it."""
    audited = chosen.reason is RouteReason.AUDIT and policy.audits is AuditTiming.AFTER
    return audited or chosen.kind is RouteKind.AUTO
