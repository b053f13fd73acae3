"""An error found in a random check is confirmed by a second person before it counts.

A "wrong" said of a right answer costs a credit, and credits are few: false alarms of 2 % more than
double what people have to see.
"""

from collections.abc import Sequence

from services.review.domain.votes import Ballot
from services.review.domain.voting import Verdict, VerdictKind, VoteRule
from shared.events import RouteReason
from shared.project import Policy


def is_to_confirm(reason: RouteReason, predicted: str, said: str, policy: Policy) -> bool:
    """Whether an answer says that the model erred where it was sure, and that has to be certain."""
    if reason is not RouteReason.AUDIT or said == predicted:
        return False
    return policy.promises and policy.confirm_wrong


def confirmed(
    found: Verdict, ballots: Sequence[Ballot], rule: VoteRule, *, to_confirm: bool
) -> Verdict:
    """The verdict, with a second person asked for where one alone would have decided.

    Args:
        found: what the votes come to by themselves.
        ballots: the votes, the newest last.
        rule: of the project.
        to_confirm: whether the first vote was one to confirm.
    """
    if not to_confirm or found.kind is not VerdictKind.DECIDED:
        return found
    if len(ballots) == 1:
        return Verdict(VerdictKind.MORE, None, found.probabilities, 1)
    if rule.is_single and len({ballot.label for ballot in ballots}) > 1:
        return Verdict(VerdictKind.DISAGREED, None, found.probabilities)
    return found
