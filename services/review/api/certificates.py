"""Routes for certificates."""

from typing import Annotated

from fastapi import APIRouter, Depends

from services.review.api.caller import Doorkeeper
from services.review.api.certificate_answers import (
    CertificateAnswer,
    CertificatesAnswer,
    OverlookingAnswer,
    VerificationAnswer,
)
from services.review.api.cursors import CursorText, Limit, read, written
from services.review.domain.access import Permission, User
from services.review.use_cases.certificates import ReadCertificates


def router(door: Doorkeeper, certificates: ReadCertificates) -> APIRouter:
    """`/v1/certificates`."""
    routes = APIRouter(prefix="/v1/certificates", tags=["records"])
    Reader = Annotated[User, Depends(door.allow(Permission.READ))]  # noqa: N806 - a type
    Auditor = Annotated[User, Depends(door.allow(Permission.RECORD))]  # noqa: N806 - a type

    @routes.get("/{project}")
    def list_certificates(
        project: str, _: Reader, limit: Limit = 50, cursor: CursorText = None
    ) -> CertificatesAnswer:
        """What is promised of automatic decisions, and by which evidence; the newest first."""
        older = int(read("certificates", cursor, int)[0]) if cursor is not None else None
        page = certificates.page(project, limit, older)
        return CertificatesAnswer(
            project=project,
            certificates=[CertificateAnswer.of(found) for found in page.items],
            overlooking=OverlookingAnswer.of(certificates.overlooking(project)),
            next_cursor=written("certificates", page.last.sequence) if page.last else None,
        )

    @routes.get("/{project}/verification")
    def verify_certificates(project: str, _: Auditor) -> VerificationAnswer:
        """Count every block again from the ledger alone; a million events take half a minute."""
        return VerificationAnswer.of(project, certificates.verify(project))

    return routes
