"""What a reviewer is told of an item, and what not before they have answered."""

from collections.abc import Mapping
from dataclasses import replace

from services.review.domain.facts import Case
from services.review.domain.queue import Item, Stage
from shared.events import RouteReason
from shared.project import Project

_BY_REASON = {
    RouteReason.NO_MODEL: "There is no model yet: people decide every event.",
    RouteReason.UNPROVEN: "Nothing proves yet that the model may decide such cases alone.",
    RouteReason.RULE: "A rule of the project gives such cases to people.",
    RouteReason.NOVEL: "It is unlike what the model has learned from.",
    RouteReason.STOPPED: "Automation is stopped: people decide every event.",
    RouteReason.AUDIT: "A random check: about {rate} of the sure cases is given to a person.",
    RouteReason.CONFIDENT: "The model decided this alone.",
    RouteReason.UNCERTAIN: "The model is not sure.",
}
_BY_STAGE = {
    Stage.ESCALATED: "A reviewer asks for a lead's decision.",
    Stage.DISAGREED: "Reviewers disagree; a lead decides.",
    Stage.OVERDUE: "Its deadline has passed without an answer.",
    Stage.REVOKED: "Answers that it rested on were revoked.",
    Stage.APPEALED: "Somebody contests the decision.",
    Stage.DOUBTED: "A second look at an event that was answered before.",
}


def why(item: Item, probabilities: Mapping[str, float] | None, inclusion: float) -> str:
    """One sentence for the reviewer: why this item is here.

    Args:
        item: what they hold.
        probabilities: the model's answer, None if they may not see it.
        inclusion: the probability with which a person was to see the event.
    """
    if item.stage in _BY_STAGE:
        return _BY_STAGE[item.stage]
    if item.reason is RouteReason.UNCERTAIN and probabilities:
        first, second = sorted(probabilities.items(), key=lambda pair: -pair[1])[:2]
        return (
            f"The model is torn between {first[0]} ({first[1]:.0%}) "
            f"and {second[0]} ({second[1]:.0%}).".replace("%", " %")
        )
    return _BY_REASON[item.reason].format(rate=f"1 in {round(1 / inclusion)}")


def without_withheld(case: Case, project: Project) -> Case:
    """An event as people may see it who are to answer it."""
    hidden = set(project.withheld)
    if not hidden:
        return case
    return replace(
        case,
        features={name: value for name, value in case.features.items() if name not in hidden},
        context={name: value for name, value in case.context.items() if name not in hidden},
        evidence=[said for said in case.evidence if said.field not in hidden],
    )


def is_drawn(item: Item, project: Project) -> bool:
    """Whether chance alone decides if a reviewer is shown the model's answer.

    Not for leads, who may look again. It does not depend on how the item stands, so that an answer
    which counted when it was given is the one that no longer counts when it is taken back.
    """
    torn = item.reason is RouteReason.UNCERTAIN and not project.blind
    return torn and 0 < project.quality.hidden_share < 1


def sees_model(item: Item, project: Project, draw: float) -> bool:
    """Whether the holder of an item is shown the model's answer.

    Never in a blind project, and never for an audit or a second look, or it would be an echo. Of
    the torn items a share is drawn that is shown without: what people say of them tells how much
    the model's answer sways people.

    Args:
        item: what they hold.
        project: its project.
        draw: this event's coin for being shown without the model's answer, in [0, 1).
    """
    again = item.stage in {Stage.APPEALED, Stage.DOUBTED}
    if project.blind or item.reason is not RouteReason.UNCERTAIN or again:
        return False
    return draw >= project.quality.hidden_share
