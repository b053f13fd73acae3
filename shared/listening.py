"""Whether anybody is told what becomes of each event."""

from typing import TYPE_CHECKING

from shared.errors import Misconfigured

if TYPE_CHECKING:
    from shared.telemetry import OpenTelemetry


def listening(service: str, *, asked: bool) -> "OpenTelemetry | None":
    """OpenTelemetry, if that is asked for; else it is not even imported.

    Raises:
        Misconfigured: it is not installed.
    """
    if not asked:
        return None
    try:
        from shared.telemetry import listen  # noqa: PLC0415 - an extra, and 20 MB
    except ImportError as error:
        raise Misconfigured(
            "HANDRAISE_TRACING needs OpenTelemetry: pip install 'handraise[tracing]'"
        ) from error
    return listen(service)
