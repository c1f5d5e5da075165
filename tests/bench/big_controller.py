"""A NETCONF server with very many access points and canned replies, in a process of its own.

    python -m tests.bench.big_controller narrow|wide

prints one line of JSON (port, fingerprint) and serves until its input ends.
"""

import json
import sys

from lxml import etree

from tests.bench.many_aps import KEYS, reply, shape
from tests.contract.drivers.scripted_server import ScriptedServer, data


def main(width: str) -> None:
    canned = {
        shape(key).steps[-1]: reply(key, wide=width == "wide" and key == "aps") for key in KEYS
    }

    def answer(rpc: etree._Element) -> str:
        asked = {(etree.QName(e).namespace, etree.QName(e).localname) for e in rpc.iter("{*}*")}
        return data(rpc, next((rows for table, rows in canned.items() if table in asked), ""))

    with ScriptedServer(answer, sizes=(16_000,)) as server:
        told = {"port": server.port, "fingerprint": server.fingerprint}
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1])
