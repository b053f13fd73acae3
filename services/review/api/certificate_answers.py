"""What the API tells of certificates."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel

from services.review.api.cursors import NextCursor
from services.review.domain.certificate.block import UNLIMITED, End
from services.review.domain.certificate.lanes import LABEL, read_lane
from services.review.domain.certificate.overlooking import Overlooking
from services.review.domain.certificate.words import statement
from services.review.use_cases.certificates import Certificate, Verification


class CertificateAnswer(BaseModel):
    """A block of automatic decisions: what is promised of it, and how it stands.

    Attributes:
        name: as decisions name it in `route.certificate`.
        budget: how many of its decisions may be wrong.
        credits: how many errors its checks may find; null: as many as there are.
        pending: checks that wait for an answer, charged as if they were wrong.
        gate: whether one more event may be decided alone now, if its score allows.
        versions: of the model, whose answers it covers.
    """

    name: str
    label: str
    slices: dict[str, str]
    statement: str
    error_rate: float
    confidence: float
    window: int
    audit_probability: float
    miss_rate: float
    budget: int
    credits: int | None
    accepted: int
    checked: int
    found: int
    pending: int
    gate: bool
    versions: list[int]
    began_at: datetime
    ended_at: datetime | None
    end: End | None

    @classmethod
    def of(cls, certificate: Certificate) -> Self:
        """From a block."""
        dated = certificate.dated
        block, terms = dated.block, dated.block.terms
        slices = read_lane(dated.lane)
        return cls(
            name=f"{dated.lane}/{block.number}",
            label=slices.pop(LABEL),
            slices=slices,
            statement=statement(block),
            error_rate=terms.alpha,
            confidence=round(1 - terms.delta, 12),
            window=terms.window,
            audit_probability=terms.floor,
            miss_rate=terms.miss_rate,
            budget=terms.budget,
            credits=terms.credits if terms.credits != UNLIMITED else None,
            accepted=block.accepted,
            checked=block.checked,
            found=block.found,
            pending=block.pending,
            gate=block.is_open,
            versions=list(block.versions),
            began_at=dated.began_at,
            ended_at=dated.ended_at,
            end=block.end,
        )


class OverlookingAnswer(BaseModel):
    """How often people are wrong on gold, beside the miss rate for which the promises allow.

    Attributes:
        answers: on gold, in exams too.
        wrong: how many of them.
        low: the share of wrong ones is at least this ...
        high: ... and at most this, each with 95 % confidence.
        declared: `miss_rate` of the policy.
        exceeded: people almost surely miss more than was declared; the promises are weaker than
            they say, until `miss_rate` is raised.
    """

    answers: int
    wrong: int
    low: float
    high: float
    declared: float
    exceeded: bool

    @classmethod
    def of(cls, found: Overlooking) -> Self:
        """From what gold has shown."""
        return cls(
            answers=found.answers,
            wrong=found.wrong,
            low=found.low,
            high=found.high,
            declared=found.declared,
            exceeded=found.is_exceeded,
        )


class CertificatesAnswer(BaseModel):
    """Certificates of a project, those that began last first."""

    project: str
    overlooking: OverlookingAnswer
    certificates: list[CertificateAnswer]
    next_cursor: NextCursor


class VerificationAnswer(BaseModel):
    """What counting all blocks again from the ledger has shown.

    Attributes:
        entries: how many entries of the ledger were read.
        blocks: how many blocks they tell of.
        contradictions: what does not follow from the rules; at most 100.
    """

    project: str
    entries: int
    blocks: int
    contradictions: list[str]

    @classmethod
    def of(cls, project: str, found: Verification) -> Self:
        """From what was found."""
        return cls(
            project=project,
            entries=found.entries,
            blocks=found.blocks,
            contradictions=list(found.contradictions),
        )
