"""What the server says of itself: its modules (RFC 8525, and 7895 for those who know no other).

Everything is implemented in one datastore alone, which is read: `operational`.
"""

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime

from service.api.restconf.schema import Module, Schema, schema
from service.api.restconf.tree import Instance
from service.api.restconf_errors import ROOT, STREAMS
from service.domain.documents import moment

ONE = "aprejoin"
STREAM = "aprejoin"
CAPABILITIES = (
    "urn:ietf:params:restconf:capability:defaults:1.0?basic-mode=explicit",
    "urn:ietf:params:restconf:capability:depth:1.0",
    "urn:ietf:params:restconf:capability:fields:1.0",
    "urn:ietf:params:restconf:capability:filter:1.0",
    "urn:ietf:params:restconf:capability:replay:1.0",
    "urn:ietf:params:restconf:capability:with-defaults:1.0",
)


def content_id(of: Schema) -> str:
    """Another one whenever a module is another one."""
    told = " ".join(f"{one.name}@{one.revision}" for one in _sorted(of))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def module_url(base: str, module: Module) -> str:
    """Where the text of a module is."""
    return f"{base}{ROOT}/modules/{module.name}@{module.revision}"


def own_data(base: str, log_began: Callable[[], datetime | None] = lambda: None) -> Instance:
    """By the names of the top nodes.

    Args:
        base: scheme, host and port, as the caller knows the server.
        log_began: the moment of the oldest notification that is kept; None: there is none.
    """
    return {
        "yang-library": lambda: _library(schema(), base),
        "modules-state": lambda: _modules_state(schema(), base),
        "restconf-state": {
            "capabilities": {"capability": CAPABILITIES},
            "streams": lambda: {"stream": [_stream(base, log_began())]},
        },
    }


def _stream(base: str, began: datetime | None) -> Instance:
    return {
        "name": STREAM,
        "description": "Findings, plans, remediations and windows of false time.",
        "replay-support": True,
        "replay-log-creation-time": moment(began),
        "access": [{"encoding": "json", "location": f"{base}{STREAMS}/{STREAM}"}],
    }


def _library(of: Schema, base: str) -> Instance:
    return {
        "module-set": [
            {
                "name": ONE,
                "module": [_module(one, base) for one in _sorted(of) if one.implemented],
                "import-only-module": [
                    _module(one, base) for one in _sorted(of) if not one.implemented
                ],
            }
        ],
        "schema": [{"name": ONE, "module-set": [ONE]}],
        "datastore": [{"name": "operational", "schema": ONE}],
        "content-id": content_id(of),
    }


def _module(one: Module, base: str) -> Instance:
    return {
        "name": one.name,
        "revision": one.revision,
        "namespace": one.namespace,
        "location": [module_url(base, one)],
    }


def _modules_state(of: Schema, base: str) -> Instance:
    return {
        "module-set-id": content_id(of),
        "module": [
            {
                "name": one.name,
                "revision": one.revision,
                "schema": module_url(base, one),
                "namespace": one.namespace,
                "conformance-type": "implement" if one.implemented else "import",
            }
            for one in _sorted(of)
        ],
    }


def _sorted(of: Schema) -> Iterable[Module]:
    return sorted(of.modules.values(), key=lambda one: one.name)
