"""Every module of this ring has one lab; two of them are worked on at the same time.

A module says what its boxes are (`BOXES`) and what happens to them (`work(stand)`): nearly all of
that is waiting, so modules wait together. Tests get their module's `stand` and `results`.
"""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pytest

from tests.e2e.stand import Stand, standing

AT_ONCE = 2  # more, and the labs' own clocks suffer on two cores


@dataclass(frozen=True)
class Batch:
    """One module's lab, and what will have happened on it."""

    stand: Stand
    results: "Future[Any]"


@pytest.fixture(scope="session")
def batches(request, tmp_path_factory) -> Iterator[dict[str, Batch]]:
    modules: dict[str, ModuleType] = {
        item.module.__name__: item.module
        for item in request.session.items
        if hasattr(item, "module") and hasattr(item.module, "work")
    }
    with ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(max_workers=AT_ONCE))
        found = {}
        for name, module in modules.items():
            folder = tmp_path_factory.mktemp(name.rpartition(".")[2])
            stand = stack.enter_context(standing(folder, *module.BOXES.values()))
            found[name] = Batch(stand, pool.submit(module.work, stand))
        yield found


@pytest.fixture(scope="module")
def batch(request, batches) -> Batch:
    return batches[request.module.__name__]


@pytest.fixture(scope="module")
def stand(batch) -> Stand:
    return batch.stand


@pytest.fixture(scope="module")
def results(batch) -> Any:
    return batch.results.result()
