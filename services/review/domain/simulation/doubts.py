"""What a ledger cannot tell of another policy, in plain words."""

from collections.abc import Iterator, Sequence

from services.review.domain.simulation.past import Stretch
from services.review.domain.simulation.people import People
from services.review.domain.simulation.support import Support
from shared.project import Project

_SHORT = 7
_HOURS = 24
_ENOUGH_ALIKE = 0.99
_BUSY = 50
"""So few answer times are hardly a distribution."""

_ALWAYS = (
    "The model is taken as it was. Under the other policy people would have answered other events, "
    "it would have learned from those, and its scores would differ.",
    "What people settled on is taken for the truth. Errors that they overlooked are counted as "
    "right, here as everywhere.",
    "The future is taken to be like this stretch: each play draws events from it, in its order.",
)


def doubts(
    stretch: Stretch,
    files: tuple[Project, Project],
    people: People,
    support: Sequence[Support],
    same: int,
) -> list[str]:
    """One sentence for each doubt: those that hold always, and those of this stretch.

    Args:
        stretch: that was played.
        files: the project file in force, and the other one.
        people: who answered in the plays.
        support: of the other file.
        same: how many events the replay routes as they were.
    """
    told = [*_ALWAYS, *_of_support(support), *_of_answers(stretch), *_of_people(people)]
    return [*told, *_of_time(stretch, same), *_of_files(stretch, *files)]


def _of_support(support: Sequence[Support]) -> Iterator[str]:
    for each in support:
        if not each.is_enough:
            what = "what" if each.label is None else f"what is predicted as {each.label!r} and"
            yield (
                f"No support: of {what} would be automatic only {each.answers} events were "
                f"answered, worth {each.effective:.0f} of equal weight. Its error rate may be "
                f"anything up to {each.high:.0%}."
            )


def _of_answers(stretch: Stretch) -> Iterator[str]:
    to_people = [past for past in stretch.events if past.is_reviewed]
    silent = sum(not past.said for past in to_people)
    if silent:
        yield (
            f"{silent} of {len(to_people)} events that went to people have no answer; those that "
            "have one stand for them. If the hard ones were left, errors are more frequent."
        )
    if stretch.erased:
        yield (
            f"The content of {stretch.erased} events was erased. Where a rule asks for it, it "
            "applies, as it does to what is missing."
        )


def _of_people(people: People) -> Iterator[str]:
    if not people.observed:
        seconds = people.mean_seconds
        yield f"No answer shows how long it took: {seconds:.0f} s were assumed."
    elif people.observed < _BUSY:
        yield f"How long an answer takes rests on {people.observed} answers only."
    if len(people.hours) < _HOURS:
        hours = ", ".join(map(str, sorted(people.hours)))
        yield f"People work in the hours (UTC) in which answers came: {hours}."


def _of_time(stretch: Stretch, same: int) -> Iterator[str]:
    days = stretch.days
    if days < _SHORT:
        yield (
            f"The stretch lasted {_lasting(days)}. What it says of a day is reckoned from that; "
            "weekdays, month ends and seasons are not in it."
        )
    if not stretch.whole:
        yield "Older events are left out: blocks begin anew, with the labels known by then."
    versions = {past.version for past in stretch.events}
    if len(versions) > 1:
        yield (
            f"{len(versions)} policies were in force meanwhile; `recorded` is what they came to "
            "one after the other, `now` is the newest for the whole stretch."
        )
    if same < _ENOUGH_ALIKE * len(stretch.events):
        yield (
            f"The replay of what was in force routes only {same} of {len(stretch.events)} events "
            "as they were: several replicas, a restart or a late start of the stretch let "
            "thresholds differ."
        )


def _of_files(stretch: Stretch, now: Project, other: Project) -> Iterator[str]:
    new = [label for label in other.labels if label not in now.labels]
    if new:
        yield f"No prediction names the labels {', '.join(new)}: nothing is known of them."
    known = {name for past in stretch.events for name in past.data.slices or {}}
    missing = [name for name in other.policy.certify_by if name not in known]
    if missing:
        yield f"No event names the slices {', '.join(missing)}: all are taken for one."
    if other.votes != now.votes:
        yield "Other numbers of votes: how often people would disagree is not played."


def _lasting(days: float) -> str:
    if days >= 1:
        return f"{days:.1f} days"
    hours = days * _HOURS
    return f"{hours:.1f} hours" if hours >= 1 else f"{hours * 60:.1f} minutes"
