"""Saving, reloading, leaving, resets of access points, and what else a session touches."""

from collections.abc import Callable
from dataclasses import replace

from service.lab.aireos.answers import USAGE, Answer, Ask, Bye, Context, Text, is_yes
from service.lab.aps.air import PLACES

SAVE = "Are you sure you want to save? (y/n) "
UNSAVED = "The system has unsaved changes.\nWould you like to save them now? (y/N) "
RESET = "Are you sure you would like to reset the system? (y/N) "
FAREWELL_S = 0.1  # the last words reach the client before the port closes
AP_RESET = "AP will be reset. Are you sure you want to continue? (y/n) "  # unverified wording
NO_AP = "Cisco AP name is invalid."  # unverified wording


def save_config(_: Context, args: list[str]) -> Answer:
    """`save config`, with its question."""
    return Text(USAGE) if args else Ask("", SAVE, _saved)


def _saved(context: Context, typed: str) -> Answer:
    if not is_yes(typed):
        return Text("\nConfiguration Not Saved!")  # unverified wording
    context.box.save(context.now, context.who)
    return Text("\nConfiguration Saved!")


def reset_system(context: Context, args: list[str]) -> Answer:
    """`reset system [both|self|peer]`: an unsaved configuration is asked about first."""
    if args == ["forced"]:
        warning = (
            "Wireless LAN Controller and Access Points could have partially\n"
            "downloaded images and might not come up after reboot.\n"
            "Wireless LAN Controller config will not be saved.\n"
        )
        return Ask(warning, "Do you still want to force a reboot (y/N) ", _reset)
    if args not in ([], ["both"], ["self"], ["peer"]):
        return Text(USAGE)
    if context.box.unsaved:
        return Ask("", UNSAVED, _reset_saved)
    return Ask("", RESET, _reset)


def _reset_saved(context: Context, typed: str) -> Answer:
    if is_yes(typed):
        context.box.save(context.now, context.who)
    return Ask("", RESET, _reset)


def _reset(context: Context, typed: str) -> Answer:
    if not is_yes(typed):
        return Text("\nReset cancelled!")  # unverified wording
    box = context.box
    box.agenda.add(context.now + FAREWELL_S, lambda at: box.reload(at, "Software reset"))
    return Bye("\nSystem will now restart!")


def logout(context: Context, args: list[str]) -> Answer:
    """`logout`: an unsaved configuration is asked about."""
    if args:
        return Text(USAGE)
    return Ask("", UNSAVED, _left) if context.box.unsaved else Bye()


def _left(context: Context, typed: str) -> Answer:
    if is_yes(typed):
        context.box.save(context.now, context.who)
        return Bye("\nConfiguration Saved!")
    return Bye()


def ap_reset(context: Context, args: list[str]) -> Answer:
    """`config ap reset NAME`: the name may hold spaces."""
    name = " ".join(args)
    states = context.box.see_aps().states.values()
    if not any(s.spec.name == name and s.present for s in states):
        return Text(NO_AP if name else USAGE)

    def reset(later: Context, typed: str) -> Answer:
        aps = later.box.see_aps()
        found = next((s for s in aps.states.values() if s.spec.name == name and s.present), None)
        if found is not None and is_yes(typed):
            aps.reset(found, later.now)
            later.box.log.add(later.now, "cli", f"reset {name}")
        return Text()

    return Ask("", AP_RESET, reset)


def paging(context: Context, args: list[str]) -> Answer:
    """`config paging enable|disable`: stands in the configuration."""
    match args:
        case [("enable" | "disable") as word]:
            running = replace(context.box.running, paging=word == "enable")
            context.box.configure(context.now, running, context.who)
            return Text()
        case _:
            return Text(USAGE)


def sessions_timeout(context: Context, args: list[str]) -> Answer:
    """`config sessions timeout MINUTES`."""
    if len(args) != 1 or not args[0].isdigit() or int(args[0]) > 160:  # noqa: PLR2004
        return Text(USAGE)
    running = replace(context.box.running, sessions_timeout=int(args[0]))
    context.box.configure(context.now, running, context.who)
    return Text()


def sysname(context: Context, args: list[str]) -> Answer:
    """`config sysname NAME`: the prompt changes with it."""
    if len(args) != 1 or len(args[0]) > 31:  # noqa: PLR2004  # facts: up to 31 characters
        return Text(USAGE)
    context.box.configure(context.now, replace(context.box.running, sysname=args[0]), context.who)
    return Text()


def ap_home(place: str) -> Callable[[Context, list[str]], Answer]:
    """`config ap primary-base CONTROLLER AP [ADDRESS]`; a blank in quotes takes it away.

    Source: public scripts; answers, and what an AP that downloads does, are unverified.
    """

    def tell(context: Context, args: list[str]) -> Answer:
        if len(args) not in (2, 3):
            return Text(USAGE)
        controller, name, address = (*args, "")[:3]
        aps = context.box.see_aps()
        found = next((s for s in aps.states.values() if s.spec.name == name and s.present), None)
        if found is None:
            return Text(NO_AP)
        where = "" if address in {"", "0.0.0.0"} else address  # noqa: S104  # how "none" is told
        aps.tell(found, place, (controller.strip(), where), context.now)
        return Text()

    return tell


COMMANDS: dict[str, Callable[[Context, list[str]], Answer]] = {
    "save config": save_config,
    "reset system": reset_system,
    "logout": logout,
    "config ap reset": ap_reset,
    **{f"config ap {place}-base": ap_home(place) for place in PLACES},
    "config paging": paging,
    "config sessions timeout": sessions_timeout,
    "config sysname": sysname,
}
