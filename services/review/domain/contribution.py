"""What people add: figures of a project, each with an interval and its definition."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from services.review.domain.bias import bias
from services.review.domain.certificate.estimates import Escapes, Interval
from services.review.domain.figures import Figure, Span, mean_of, quantile_of, share_of
from services.review.domain.gold import Score
from services.review.domain.lift import EACH, Balance, doubt, error_of, prevented
from services.review.domain.slices import Counts
from shared.events import RouteReason


@dataclass(frozen=True, slots=True)
class Outcome:
    """Events that went to people for one reason.

    Attributes:
        waiting: not answered yet.
        answered: settled by people.
        changed: of these, with another label than the model's.
    """

    waiting: int = 0
    answered: int = 0
    changed: int = 0


@dataclass(frozen=True, slots=True)
class Effort:
    """People's answers that count.

    Attributes:
        answers: how many.
        timed: how many of them say how long they took; the next two are of these.
        seconds: the sum.
        squares: the sum of the squares, in s².
    """

    answers: int = 0
    timed: int = 0
    seconds: float = 0.0
    squares: float = 0.0


@dataclass(frozen=True, slots=True)
class Impact:
    """What one person's answers came to.

    Attributes:
        answers: those that count, on events that were decided.
        stood: of these, how many said what was decided.
        corrected: of these, how many put a model right; it learns from each.
    """

    answers: int = 0
    stood: int = 0
    corrected: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """What the figures rest on.

    Attributes:
        outcomes: by the reason why a person saw the event.
        alone: events that the model decided alone.
        floor: the least chance with which an event that the model could decide was checked.
        found: with which chance each check was drawn that showed an error.
        miss_rate: how often people overlook an error, as the policy declares.
        gold: how people did on events whose answer is known.
        effort: their answers.
        waits: seconds from arriving to people's decision, of the newest such decisions.
        review_cost: what an answer costs; None: not declared.
        progress: of the first and of the newest version: share of corrections that it got right
            before it learned them, and how many that rests on.
        slices: those that the project names.
        counts: of their values.
    """

    outcomes: Mapping[RouteReason, Outcome]
    alone: int
    floor: float = 1.0
    found: Sequence[float] = ()
    miss_rate: float = 0.0
    gold: Score = field(default_factory=Score)
    effort: Effort = field(default_factory=Effort)
    waits: Sequence[float] = ()
    review_cost: float | None = None
    progress: Sequence[tuple[float, int]] = ()
    slices: Sequence[str] = ()
    counts: Counts = field(default_factory=dict)


def contribution(facts: Facts) -> list[Figure]:
    """The figures, in the order in which a report tells them."""
    gaps = [figure for name in facts.slices for figure in bias(name, facts.counts)]
    shares = [*_errors(facts), *gaps, *_shares(facts)]
    return [*shares, *_time(facts), *_cost(facts), *_progress(facts)]


def _errors(facts: Facts) -> list[Figure]:
    judged = {r: o for r, o in facts.outcomes.items() if r is not RouteReason.NO_MODEL}
    seen = sum(outcome.answered for outcome in judged.values())
    changed = sum(outcome.changed for outcome in judged.values())
    audits = facts.outcomes.get(RouteReason.AUDIT, Outcome())
    likely, best, worst = _balances(facts, seen, changed, audits.waiting)
    # the more people err, the fewer of their changes say that the model did
    crossed = replace(best, error=worst.error), replace(worst, error=best.error)
    known, total = doubt(facts.gold), seen + facts.alone
    means = "Share of right labels, of all events that had a model and are decided, "
    return [
        prevented(seen, changed, facts.gold),
        _right(
            "accuracy_before",
            [likely.before, *(balance.before for balance in crossed)],
            total,
            f"{means}had the model decided all of them alone. Errors that nobody saw are estimated "
            f"from random checks of known probability (Horvitz-Thompson); {known}",
        ),
        _right(
            "accuracy_after",
            [likely.after, *(balance.after for balance in (best, worst))],
            total,
            f"{means}as they were decided: less errors that no check saw, and people's own; "
            f"{known}",
        ),
    ]


def _shares(facts: Facts) -> list[Figure]:
    seen = sum(outcome.answered + outcome.waiting for outcome in facts.outcomes.values())
    audits = facts.outcomes.get(RouteReason.AUDIT, Outcome())
    return [
        replace(
            share_of("automation", facts.alone, facts.alone + seen),
            definition="Share of events that the model decided alone (Jeffreys interval).",
        ),
        replace(
            share_of("checks_wrong", audits.changed, audits.answered),
            definition="Share of answered random checks of sure cases in which people changed the "
            "label (Jeffreys interval).",
        ),
    ]


def _balances(
    facts: Facts, seen: int, changed: int, waiting: int
) -> tuple[Balance, Balance, Balance]:
    """The balance as estimated, at its best, and at its worst: open checks all wrong."""
    escaped, worst = _escaped(facts, 0), _escaped(facts, waiting)
    error, least, most = (share or 0.0 for share in error_of(facts.gold))
    return (
        Balance(seen, changed, min(escaped.estimate, facts.alone), error),
        Balance(seen, changed, escaped.low, least),
        Balance(seen, changed, worst.high, most),
    )


def _escaped(facts: Facts, waiting: int) -> Interval:
    """Wrong events that nobody saw, if so many checks more were to show an error."""
    escapes = Escapes(min(facts.floor, 1 - 1e-9), facts.miss_rate)
    for probability in [*facts.found, *[facts.floor] * waiting]:
        escapes.find(probability)
    return escapes.interval(facts.alone, EACH)


def _right(name: str, errors: Sequence[float], total: int, definition: str) -> Figure:
    """The share of right events, of errors as estimated and, where that is known, at both ends."""
    if not total:
        return Figure(name, None, None, None, "share", 0, definition)
    likely, *ends = (max(0.0, 1 - wrong / total) for wrong in errors)
    low, high = (min(ends), max(ends)) if ends else (None, None)
    return Figure(name, likely, low, high, "share", total, definition)


def _time(facts: Facts) -> list[Figure]:
    means = (
        "of the newest decisions of people, the time from the event's arrival to the decision was "
        "at most this (interval by order statistics). The model decides at once."
    )
    return [
        quantile_of("time_to_decision_median", facts.waits, 0.5, f"In half {means}"),
        quantile_of("time_to_decision_p90", facts.waits, 0.9, f"In nine of ten {means}"),
    ]


def _cost(facts: Facts) -> list[Figure]:
    effort = facts.effort
    answered = sum(outcome.answered for outcome in facts.outcomes.values())
    decided = answered + facts.alone
    seconds = mean_of(effort.timed, effort.seconds, effort.squares)
    spent = seconds.times(effort.answers / decided) if decided else Span()
    cost = Span()
    if answered and facts.review_cost is not None:
        seen = share_of("", answered, decided)
        price = facts.review_cost * effort.answers / answered
        cost = Span(seen.value, seen.low, seen.high).times(price)
    return [
        Figure(
            "seconds_of_people_per_decision",
            spent.value,
            spent.low,
            spent.high,
            "s",
            effort.timed,
            "Mean time of an answer (normal interval), of those whose page told it, times answers "
            "that count, divided by all decisions, the model's included.",
        ),
        Figure(
            "cost_per_decision",
            cost.value,
            cost.low,
            cost.high,
            "cost",
            decided,
            "review_cost of the policy times answers for each event that people see, times the "
            "share that they see (Jeffreys interval), in the unit of order.error_cost.",
        ),
    ]


def _progress(facts: Facts) -> list[Figure]:
    told = ("model_error_first", "the first"), ("model_error_newest", "the newest")
    return [
        replace(
            share_of(name, round((1 - accuracy) * of), of),
            definition=f"Share of its last corrections (at most 500) that {which} version got "
            "wrong before it learned them (Jeffreys interval). People see the hard events, so it "
            "is far above the error of automatic decisions.",
        )
        for (name, which), (accuracy, of) in zip(told, facts.progress, strict=False)
    ]
