"""What a service does not need, it does not load."""

import subprocess
import sys


def test_review_starts_without_what_only_some_installations_use() -> None:
    heavy = ["argon2", "authlib", "joserfc", "httpx2", "cryptography.hazmat", "numpy", "sklearn"]
    program = f"import services.review.app, sys; print([m for m in {heavy} if m in sys.modules])"

    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )

    assert said.stdout == "[]\n", said.stderr
