"""Long reckoning that leaves half of a processor, and the interpreter's lock, to others."""

import time

_LONGEST = 0.1


class Resting:
    """To be called now and then: rests as long as the work since the last rest took."""

    def __init__(self) -> None:
        self._since = time.monotonic()

    def __call__(self) -> None:
        """Rest, a tenth of a second at most."""
        time.sleep(min(time.monotonic() - self._since, _LONGEST))
        self._since = time.monotonic()
