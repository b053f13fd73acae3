"""What people decide on versions, and what is told of these."""

from shared.events import CloudEvent, EventType, PromotionDecided, announce
from tests.builders import NOON
from tests.fakes.retrainer_bench import Bench
from tests.fakes.retrainer_corrections import a_correction


def a_decision(version: int, verdict: str, time: int = 1, actor: str = "kim") -> CloudEvent:
    """The `time`th decision on a version."""
    return announce(
        EventType.PROMOTION_DECIDED,
        PromotionDecided.model_validate(
            {"version": version, "verdict": verdict, "actor": actor, "reason": "as agreed"}
        ),
        project="churn",
        identity=f"{version}/{time}",
        source="review",
        time=NOON,
    )


def corrections(first: int, count: int) -> list[CloudEvent]:
    return [a_correction(number) for number in range(first, first + count)]


def steps(bench: Bench) -> list[tuple[int, str]]:
    """What was announced; what was said of a candidate again and again counts once."""
    said: list[tuple[int, str]] = []
    for event in bench.publisher.events:
        step = int(event.subject), event.type.value.split(".")[1]
        if step not in said[-1:]:
            said.append(step)
    return said


def in_force(bench: Bench) -> int | None:
    with bench.store.read() as transaction:
        step = transaction.versions.in_force("churn")
    return step.version.number if step else None
