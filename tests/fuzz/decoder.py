"""Fuzz the decoders by coverage: `pip install atheris`, then `python -m tests.fuzz.decoder`.

libFuzzer's options are taken, for example `-max_total_time=60`; not part of the test run.
"""

import importlib
import sys
from typing import Any


def main() -> None:
    """Anything but a value or Malformed is a finding."""
    atheris: Any = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["shared"]):
        wire = importlib.import_module("shared.wire")
        events = importlib.import_module("shared.events")
        malformed = importlib.import_module("shared.errors").Malformed
    decoders = (wire.decode_request, wire.decode_prediction, events.CloudEvent.decode)

    def one_input(document: bytes) -> None:
        for decode in decoders:
            try:
                decode(document)
            except malformed:
                continue

    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
