"""Processes that work beside learning, modestly, and never outlive the retrainer."""

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from multiprocessing.process import BaseProcess
from threading import Thread

_NICENESS = 10


def one_worker(tasks: int | None = None) -> ProcessPoolExecutor:
    """A process, begun when it is first needed, and a new one after so many tasks."""
    context = get_context("spawn")
    return ProcessPoolExecutor(
        1, mp_context=context, initializer=_be_modest, max_tasks_per_child=tasks
    )


def end(pool: ProcessPoolExecutor) -> None:
    """End the process, whatever it is doing."""
    for process in list((pool._processes or {}).values()):  # noqa: SLF001 - 3.14 has kill
        process.kill()
    pool.shutdown(wait=True, cancel_futures=True)


def _be_modest() -> None:
    """Stand behind everybody else, and do not outlive the retrainer, however it ends."""
    os.nice(_NICENESS)
    Thread(target=_end_with, args=(parent_process(),), daemon=True).start()


def _end_with(parent: BaseProcess | None) -> None:
    if parent is not None:
        parent.join()
    os._exit(1)
