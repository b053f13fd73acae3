"""A batch is refused, recorded and acknowledged entry by entry."""

import pytest

from services.retrainer.handlers import record_corrections
from services.retrainer.use_cases.recording import RecordCorrections
from shared.errors import UnknownProject
from shared.messaging import Entry
from tests.builders import a_project
from tests.fakes.retrainer_bench import Bench
from tests.fakes.retrainer_corrections import a_correction

pytestmark = pytest.mark.asyncio


class Refresh:
    """Counts the looks at `control`, where a project may just have been configured."""

    def __init__(self, bench: Bench, *, finds: bool) -> None:
        self.looks = 0
        self._bench = bench
        self._finds = finds

    async def __call__(self) -> None:
        self.looks += 1
        if self._finds:
            self._bench.configure(a_project())


@pytest.mark.parametrize("finds", [True, False])
async def test_an_unknown_project_is_looked_for_once(bench: Bench, finds: bool) -> None:
    refresh = Refresh(bench, finds=finds)
    handle = record_corrections(RecordCorrections(bench.store, bench.bell), refresh)
    entry = Entry(b"1-0", a_correction().encode())

    settlement = await handle([entry])

    assert refresh.looks == 1
    assert settlement.done == ([entry] if finds else [])
    assert [(type(error), project) for _, error, project in settlement.refused] == (
        [] if finds else [(UnknownProject, "churn")]
    )


async def test_garbage_is_refused_and_the_rest_recorded(bench: Bench) -> None:
    bench.configure(a_project())
    refresh = Refresh(bench, finds=False)
    handle = record_corrections(RecordCorrections(bench.store, bench.bell), refresh)
    garbage, good = Entry(b"1-0", b"{"), Entry(b"2-0", a_correction().encode())

    settlement = await handle([garbage, good])

    assert [entry for entry, _, _ in settlement.refused] == [garbage]
    assert settlement.done == [good]
    assert refresh.looks == 0
