"""ietf-netconf-monitoring: capabilities, datastores and their locks, schemas, sessions."""

from collections.abc import Mapping

from service.lab.box.box import Box
from service.lab.netconf.capabilities import capabilities
from service.lab.netconf.sessions import Sessions
from service.lab.oper.build import Value
from service.lab.time import stamp
from service.lab.yang.schema import Module


def netconf_state(box: Box, sessions: Sessions, now: float) -> Mapping[str, Value]:
    """Content of netconf-state."""
    names = ["running", *(["candidate"] if box.spec.candidate else [])]
    return {
        "capabilities": {"capability": capabilities(box)},
        "datastores": {"datastore": [_datastore(box, name, now) for name in names]},
        "schemas": {"schema": [_schema(m) for m in box.schema.modules]},
        "sessions": {
            "session": [
                {
                    "session-id": s.number,
                    "transport": "netconf-ssh",
                    "username": s.username,
                    "source-host": s.host,
                    "login-time": stamp(box.clock.utc(s.since)),
                    "in-rpcs": s.in_rpcs,
                    "in-bad-rpcs": s.bad_rpcs,
                    "out-rpc-errors": s.out_errors,
                    "out-notifications": s.out_notifications,
                }
                for s in sessions.open.values()
            ]
        },
        "statistics": {
            "netconf-start-time": stamp(box.boot_time),
            "in-sessions": sessions.total,
        },
    }


def _datastore(box: Box, name: str, now: float) -> Mapping[str, Value]:
    holder = box.stores.locks.get(name)
    if holder is None:
        return {"name": name}
    lock = {"locked-by-session": holder, "locked-time": stamp(box.clock.utc(now))}
    return {"name": name, "locks": {"global-lock": lock}}


def _schema(module: Module) -> Mapping[str, Value]:
    return {
        "identifier": module.name,
        "version": module.revision,
        "format": "yang",
        "namespace": module.namespace,
        "location": ["NETCONF"],
    }
