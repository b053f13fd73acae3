"""Model artifacts on disk, verified before a byte of them is parsed."""

from pathlib import Path

from threadpoolctl import threadpool_limits

from services.scorer.domain.serving import Served
from shared.events import ModelChanged, ModelRef
from shared.model.artifact import load_model
from shared.model.errors import ArtifactRefused
from shared.model.keys import load_verifying_key
from shared.model.state import ModelState


class ArtifactStore:
    """Loads promoted versions. The key is read at each load, so that it may arrive late.

    Parts that the version before had as well are not read again.
    """

    def __init__(self, directory: Path, verifying_key: Path) -> None:
        threadpool_limits(1)  # a second thread waits, and takes the processor from Redis meanwhile
        self._directory = directory
        self._verifying_key = verifying_key
        self._parts: dict[str, dict[str, ModelState]] = {}

    def load(self, project: str, version: ModelChanged) -> Served:
        """The version, ready to serve.

        Raises:
            ArtifactRefused: unsigned, altered, incomplete, or not what was announced.
        """
        key = load_verifying_key(self._verifying_key)
        parts = self._parts.setdefault(project, {})
        uri, sha256 = version.uri, version.sha256
        manifest, serving = load_model(self._directory, uri, sha256, key, parts)
        if manifest.version != version.version:
            raise ArtifactRefused(
                f"{version.uri} was signed as version {manifest.version}, not {version.version}; "
                "correct the event"
            )
        model = ModelRef(name=project, version=version.version, sha256=version.sha256)
        serving.judge([{}])  # what is tabulated once is so here, not while an event waits
        return Served(model, serving)
