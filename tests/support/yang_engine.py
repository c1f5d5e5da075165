"""A YANG engine that is not ours (yangson), which judges what our RESTCONF server answers.

It is built from the library that the server itself serves: what that leaves out is not known.
"""

import json
import sys
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from yangson import DataModel
from yangson.enumerations import ContentType
from yangson.instance import RootNode

from service.api.restconf.own_data import own_data
from service.api.restconf.query import Query
from service.api.restconf.render import rendered
from service.api.restconf.schema import schema
from service.api.restconf.tree import unfolded
from service.drivers.paths import data_folder

MODULES = data_folder() / "modules"
IETF = Path(sys.prefix) / "share" / "yang" / "modules" / "ietf"
"""What pyang brings along."""


@cache
def library() -> dict[str, object]:
    """What the server says of its modules, as it serves it."""
    names = ("yang-library", "modules-state")
    nodes = [schema().top[f"ietf-yang-library:{name}"] for name in names]
    served = own_data("http://api")
    return {one.label: rendered(one, unfolded(served[one.name]), Query()) for one in nodes}


@cache
def engine() -> DataModel:
    """The engine for the modules that are served."""
    return DataModel(json.dumps(library()), (str(MODULES), str(IETF)))


def judge(document: dict[str, object]) -> None:
    """See that top nodes of a reply fit the model; raises what is wrong with them."""
    engine().from_raw({**library(), **document}).validate(ctype=ContentType.all)


def judge_notification(document: dict[str, object]) -> None:
    """See that a notification fits the model; raises what is wrong with it."""
    ((label, leaves),) = document.items()
    module = label.partition(":")[0]
    node = engine().get_schema_node(f"/{label}")
    raw = {f"{module}:{name}": value for name, value in leaves.items()}
    at = datetime(2026, 11, 22, tzinfo=UTC)  # any moment: the engine only keeps it
    RootNode(node.from_raw(raw), node, engine().schema_data, at).validate(ctype=ContentType.all)
