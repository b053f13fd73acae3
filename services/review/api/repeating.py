"""The header that makes sending a request again safe."""

from typing import Annotated

from fastapi import Header

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        description="Any text of your own, another for each request. Sent again with the same one, "
        "the request is not carried out twice, and the answer is the first one's.",
    ),
]
