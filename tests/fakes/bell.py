"""A bell that counts."""


class FakeBell:
    """Implements `services.review.ports.Bell`."""

    def __init__(self) -> None:
        self.rung = 0

    def ring(self) -> None:
        self.rung += 1

    def flush(self) -> None:
        self.rung += 1
