"""Modules of this ring kill real processes, and are worked on side by side: nearly all is waiting.

Each says what happens (`carry_out(folder)`), and its tests get the result: `happened`.
"""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

AT_ONCE = 4  # nearly all of it is waiting; more, and the labs' own clocks suffer on two cores


@pytest.fixture(scope="session")
def carried_out(request, tmp_path_factory) -> Iterator[dict[str, "Future[Any]"]]:
    modules = {
        item.module.__name__: item.module
        for item in request.session.items
        if hasattr(item, "module") and hasattr(item.module, "carry_out")
    }
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(AT_ONCE) as pool:
        patch.setenv("XDG_CACHE_HOME", str(request.config.cache.mkdir("lab")))  # its schemas
        yield {
            name: pool.submit(module.carry_out, tmp_path_factory.mktemp(name.rpartition(".")[2]))
            for name, module in modules.items()
        }


@pytest.fixture(scope="module")
def happened(request, carried_out) -> Any:
    return carried_out[request.module.__name__].result()
