"""The scorer's models."""

from pathlib import Path

from threadpoolctl import threadpool_info, threadpool_limits

from services.scorer.adapters.artifacts import ArtifactStore


def test_models_answer_on_one_thread(tmp_path: Path) -> None:
    with threadpool_limits(2):
        ArtifactStore(tmp_path, tmp_path / "verifying.key")

        assert {pool["num_threads"] for pool in threadpool_info()} == {1}
