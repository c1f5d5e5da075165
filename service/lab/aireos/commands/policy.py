"""Certificate policy of access points: expiry, self-signed certificates, hash validation."""

from collections.abc import Callable
from dataclasses import replace

from service.lab.aireos.answers import USAGE, Answer, Context, Text
from service.lab.aireos.config import WlcConfig, spelling_of

SWITCH = {"enable": True, "disable": False}


def expiry(spelled: str) -> Callable[[Context, list[str]], Answer]:
    """`config ap cert-expiry-ignore mic|ssc enable|disable`; a release knows one spelling.

    Whether 7.0's `lifetime-check ... enable` ignores or checks is not in the facts; here it is the
    same switch by another name (unverified).
    """

    def run(context: Context, args: list[str]) -> Answer:
        if spelling_of(context.box.spec) != spelled:
            return Text(USAGE)
        match args:
            case [("mic" | "ssc") as kind, ("enable" | "disable") as word]:
                known = context.box.running.ignores
                changed = known | {kind} if SWITCH[word] else known - {kind}
                return _set(context, replace(context.box.running, ignores=frozenset(changed)))
            case _:
                return Text(USAGE)

    return run


def ap_policy(context: Context, args: list[str]) -> Answer:
    """`config auth-list ap-policy ssc|authorize-ap enable|disable`."""
    running = context.box.running
    match args:
        case ["ssc", ("enable" | "disable") as word]:
            return _set(context, replace(running, ssc_allowed=SWITCH[word]))
        case ["authorize-ap", ("enable" | "disable") as word]:
            return _set(context, replace(running, authorize_mic=SWITCH[word]))
        case _:
            return Text(USAGE)


def hash_validation(context: Context, args: list[str]) -> Answer:
    """`config certificate ssc hash validation enable|disable`."""
    match args:
        case [("enable" | "disable") as word]:
            running = context.box.running
            return _set(context, replace(running, hash_validation=SWITCH[word]))
        case _:
            return Text(USAGE)


def _set(context: Context, config: WlcConfig) -> Answer:
    context.box.configure(context.now, config, context.who)
    return Text()


COMMANDS: dict[str, Callable[[Context, list[str]], Answer]] = {
    "config ap cert-expiry-ignore": expiry("cert-expiry-ignore"),
    "config ap lifetime-check": expiry("lifetime-check"),
    "config auth-list ap-policy": ap_policy,
    "config certificate ssc hash validation": hash_validation,
}
