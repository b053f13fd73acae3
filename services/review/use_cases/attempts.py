"""What somebody has done of an exam, and what they are told to do next."""

from services.review.domain.exams import Attempt
from services.review.domain.gold import Purpose
from services.review.domain.reviewers import Reviewer
from services.review.ports import Transaction
from shared.project import Exam

_ALL = 1000
"""No exam is longer."""


def attempt_of(transaction: Transaction, exam: Exam, reviewer: Reviewer) -> Attempt:
    """How far a reviewer is since they last began."""
    who = (reviewer.project, reviewer.name, Purpose.EXAM)
    marked = transaction.gold.newest(*who, reviewer.since, _ALL)
    fresh = len(transaction.gold.fresh(reviewer.project, reviewer.name, exam.questions))
    is_open = transaction.gold.open(*who) is not None
    return Attempt(exam, marked, fresh + is_open)


def way_on(reviewer: Reviewer, attempt: Attempt) -> str:
    """What leads to the queue: the next question, or whom to ask where there are too few."""
    project = reviewer.project
    if not attempt.lacking:
        begun = "gives the next question" if attempt.marked else "gives the first question"
        return f"POST /v1/queues/{project}/exam {begun}, {attempt.left} are left"
    return (
        f"the exam needs {attempt.lacking} more questions that are new to you; ask a lead of "
        f"{project!r}, who can mark gold by POST /v1/projects/{project}/gold, or let you work "
        f"without an exam by POST /v1/projects/{project}/reviewers/{reviewer.name}/resume"
    )
