"""What the API tells of certificates."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel

from services.review.api.cursors import NextCursor
from services.review.domain.certificate.block import UNLIMITED, Block, End
from services.review.domain.certificate.estimates import escaped
from services.review.domain.certificate.lanes import LABEL, read_lane
from services.review.domain.certificate.overlooking import Overlooking
from services.review.domain.certificate.words import estimate, statement
from services.review.use_cases.certificates import Certificate, Promised, Verification


class EscapesAnswer(BaseModel):
    """How many automatic decisions are wrong, estimated: for information, no guarantee.

    Attributes:
        estimate: without bias, from checks (Horvitz and Thompson 1952).
        low: at least so many, and ...
        high: ... at most so many, with 95 % confidence at all moments together; checks that wait
            count as errors.
        statement: the same in words.
    """

    estimate: float
    low: float
    high: float
    statement: str

    @classmethod
    def of(cls, block: Block) -> Self:
        """From a block."""
        found = escaped(block)
        return cls(
            estimate=found.estimate, low=found.low, high=found.high, statement=estimate(block)
        )


class CertificateAnswer(BaseModel):
    """A block of automatic decisions: what is promised of it, and how it stands.

    Attributes:
        name: as decisions name it in `route.certificate`.
        budget: how many of its decisions may be wrong.
        credits: how many errors its checks may find; null: as many as there are.
        pending: checks that wait for an answer, charged as if they were wrong.
        gate: whether one more event may be decided alone now, if its score allows.
        versions: of the model, whose answers it covers.
        escapes: how many of its decisions are wrong, for information only.
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
    escapes: EscapesAnswer
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
            escapes=EscapesAnswer.of(block),
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


class PromisedAnswer(BaseModel):
    """All blocks of a project together.

    Attributes:
        blocks: how many have begun.
        full: of these, how many have accepted all that they may.
        tripped: how many were stopped, since more errors were found than they survive.
        accepted: decisions in them.
        bound: at most so many of these are wrong if every block keeps its promise; each does with
            its own confidence.
        checked: random checks that people have answered, and count in a block.
        found: how many of them showed an error.
        pending: checks that wait for an answer.
        estimate: how many of the decisions are wrong, estimated without bias; for information, no
            guarantee.
        low: at least so many, and ...
        high: ... at most so many, with 95 % confidence; checks that wait count as errors.
        current: the blocks in force.
        ended: those that have ended, the newest first, at most 20.
    """

    blocks: int
    full: int
    tripped: int
    accepted: int
    bound: int
    checked: int
    found: int
    pending: int
    estimate: float
    low: float
    high: float
    current: list[CertificateAnswer]
    ended: list[CertificateAnswer]

    @classmethod
    def of(cls, found: Promised) -> Self:
        """From all blocks."""
        escapes = found.escapes
        return cls(
            blocks=found.blocks,
            full=found.full,
            tripped=found.tripped,
            accepted=found.accepted,
            bound=found.bound,
            checked=found.checked,
            found=found.found,
            pending=found.pending,
            estimate=escapes.estimate,
            low=escapes.low,
            high=escapes.high,
            current=[CertificateAnswer.of(each) for each in found.current],
            ended=[CertificateAnswer.of(each) for each in found.ended],
        )


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
