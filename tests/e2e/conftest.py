"""Every module of this ring has one lab; two of them are worked on at the same time.

A module says what its boxes are (`BOXES`) and what happens to them (`work(stand)`): nearly all of
that is waiting, so modules wait together. Tests get their module's `stand` and `results`. A module
may also make YANG modules for its lab (`modules(folder)`) and have a policy of its own (`POLICY`).
"""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.e2e.stand import Stand, standing

AT_ONCE = 2  # more, and the labs' own clocks suffer on two cores


@dataclass(frozen=True)
class Batch:
    """One module's lab, and what happened on it."""

    stand: Stand
    results: Any


@pytest.fixture(scope="session")
def batches(request, tmp_path_factory) -> Iterator[dict[str, "Future[Batch]"]]:
    collected: dict[str, ModuleType] = {
        item.module.__name__: item.module
        for item in request.session.items
        if hasattr(item, "module") and hasattr(item.module, "work")
    }
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(request.config.cache.mkdir("lab")))  # its schemas
        pool = stack.enter_context(ThreadPoolExecutor(max_workers=AT_ONCE))
        yield {
            name: pool.submit(
                happened, module, tmp_path_factory.mktemp(name.rpartition(".")[2]), stack
            )
            for name, module in collected.items()
        }


def happened(module: ModuleType, folder: Path, stack: ExitStack) -> Batch:
    modules = module.modules(folder / "yang") if hasattr(module, "modules") else None
    policy = getattr(module, "POLICY", None)
    boxes = module.BOXES.values()
    stand = stack.enter_context(standing(folder, *boxes, policy=policy, modules=modules))
    return Batch(stand, module.work(stand))


@pytest.fixture(scope="module")
def batch(request, batches) -> Batch:
    return batches[request.module.__name__].result()


@pytest.fixture(scope="module")
def stand(batch) -> Stand:
    return batch.stand


@pytest.fixture(scope="module")
def results(batch) -> Any:
    return batch.results
