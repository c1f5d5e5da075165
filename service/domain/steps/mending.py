"""What a person types where we could not: commands, ready to paste, in the box's own words.

A time is only ever written into a command where something vouches for it: else letters stand in its
place, for a person pastes what they are given.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from service.domain.ap_homes import ApHomes
from service.domain.byhand import ByHand
from service.domain.join_policy import with_holder
from service.domain.journal import Charter
from service.domain.ntp import NtpEntry
from service.domain.remediation import Run
from service.domain.steps.protocol import Moment
from service.domain.steps.staged_facts import all_captured


def ntp_text(entry: NtpEntry) -> str:
    """An entry with its options, for people."""
    return f"ntp {entry.label}{_options(entry)}"


def _entry_lines(by_hand: ByHand, entry: NtpEntry) -> Iterator[str]:
    yield by_hand.add_ntp.format(
        label=entry.label, options=_options(entry), slot=entry.slot, host=entry.host
    )
    if by_hand.key_ntp and "key" in dict(entry.leaves):
        yield by_hand.key_ntp.format(slot=entry.slot, key=dict(entry.leaves)["key"])


def _options(entry: NtpEntry) -> str:
    """By the model's names, which are the command line's."""
    words = []
    for name, value in entry.leaves:
        if value != "false":
            words += [name.removesuffix("-opt"), "" if value == "true" else value]
    return "".join(f" {word}" for word in words if word)


def ntp_lines(by_hand: ByHand, entries: Iterable[NtpEntry]) -> tuple[str, ...]:
    """The configuration lines of entries."""
    return tuple(line for entry in entries for line in _entry_lines(by_hand, entry))


def removal_lines(by_hand: ByHand, entries: Iterable[NtpEntry]) -> tuple[str, ...]:
    """What takes entries off."""
    return tuple(
        by_hand.remove_ntp.format(label=entry.label, slot=entry.slot, host=entry.host)
        for entry in entries
    )


def applet_lines(names: Iterable[str]) -> tuple[str, ...]:
    """What deletes applets."""
    return tuple(f"no event manager applet {name}" for name in sorted(names))


def clock_line(run: Run, moment: Moment) -> str:
    """What sets the clock; the time in it is that of the moment, where that is known."""
    return _clock_line(run.charter, moment.true_now)


def _clock_line(charter: Charter, known: datetime | None) -> str:
    text = charter.by_hand.clock_line(None if known is None else charter.zone.local(known))
    return f"{text}   ! the true local time when you press enter"


def everything(run: Run) -> tuple[str, ...]:
    """Where nothing could be looked at: how to look, and what has to be there."""
    by_hand = run.charter.by_hand
    if run.charter.overrides:
        return policy_way_home(run.charter)
    if run.charter.repair is not None:
        return repair_by_hand(run.charter)
    if run.charter.staging is not None:
        return homes_by_hand(run.charter, all_captured(run))
    if software := (*image_by_hand(run.charter), *install_by_hand(run.charter)):
        return software
    if run.charter.guardians:  # nothing but this brings such a box home
        return (by_hand.look_at_clock, by_hand.look_at_ntp, *way_home(run.charter))
    entries = ntp_lines(by_hand, run.charter.ntp.entries)
    return (by_hand.look_at_clock, by_hand.look_at_timers, by_hand.look_at_ntp, *entries)


def policy_way_home(charter: Charter) -> tuple[str, ...]:
    """What looks at the certificate policy, and what puts the captured one back."""
    by_hand = charter.by_hand
    ours = with_holder(override.rule for override in charter.overrides)
    captured = (switch for switch in charter.switches if switch.rule in ours)
    back = (f"{by_hand.policy_line(switch)}   ! as captured" for switch in captured)
    return (by_hand.look_at_policies, *back, by_hand.save)


def image_by_hand(charter: Charter) -> tuple[str, ...]:
    """What looks at an AireOS controller's images, and what brings the one back that ran."""
    by_hand, job = charter.by_hand, charter.image
    if job is None:
        return ()
    chosen = by_hand.set_boot_image.format(slot="primary|backup")
    return (
        by_hand.look_at_images,
        f"{by_hand.end_predownload}   ! if APs still predownload",
        f"{chosen}   ! the slot in which {job.before} lies, if {job.release} is not to stay",
        f"{by_hand.restart}   ! only if {job.release} runs and is not to stay",
    )


def install_by_hand(charter: Charter) -> tuple[str, ...]:
    """What looks at the installer of a controller, and what takes back what is not committed."""
    by_hand, job = charter.by_hand, charter.install
    if job is None:
        return ()
    first, second = by_hand.take_back
    files = [stage.name for stage in job.stages if stage.url]
    added = [stage.name for stage in job.stages if not stage.is_added]
    return (
        by_hand.look_at_software,
        f"{first}   ! if something is active and not committed",
        f"{second}   ! if that fails",
        *(
            f"{by_hand.remove_software.format(file=name)}   ! if it is inactive and not wanted"
            for name in added
        ),
        *(
            f"{by_hand.delete_file.format(file=name)}   ! if it is there and not committed"
            for name in files
        ),
        *return_by_hand(charter),
    )


def return_by_hand(charter: Charter) -> tuple[str, ...]:
    """What brings a controller back to the release of before and its patches, in order."""
    by_hand, job = charter.by_hand, charter.install
    if job is None:
        return ()
    return tuple(
        f"{line.format(file=stage.name, minutes=job.abort_after_min)}   ! to return: {stage.label}"
        for stage in job.former
        for line in by_hand.install_again
    )


def way_home(charter: Charter) -> tuple[str, ...]:
    """The whole way home by hand, for whoever finds the box in the past and nothing of ours alive.

    The time comes first: a box may follow no NTP server that is years away from it.
    """
    by_hand, entries = charter.by_hand, charter.ntp.entries
    zone = f" (zone {charter.zone.name})" if charter.zone.name else ""
    return (
        f"{by_hand.clock_line(None)}   ! the true local time{zone} when you press enter",
        *ntp_lines(by_hand, entries),
        f"{by_hand.look_at_clock}   ! has to be true",
        f"{by_hand.look_at_sync}   ! has to be in sync",
        by_hand.save,
    )


def repair_by_hand(charter: Charter) -> tuple[str, ...]:
    """What a person looks at, and does, where a repair of the clock was left half done."""
    by_hand = charter.by_hand
    added = charter.repair.servers.entries if charter.repair else ()
    zone = f" (zone {charter.zone.name})" if charter.zone.name else ""
    lines = (
        by_hand.look_at_clock,
        f"{by_hand.clock_line(None)}   ! if it is wrong: the true local time{zone}",
        by_hand.look_at_timers,
        by_hand.look_at_ntp,
        *(f"{line}   ! if it is there and not wanted" for line in removal_lines(by_hand, added)),
        by_hand.look_at_sync,
        f"{by_hand.save}   ! if it was saved before",
    )
    return tuple(dict.fromkeys(line for line in lines if line))


def homes_by_hand(charter: Charter, before: Iterable[ApHomes]) -> tuple[str, ...]:
    """What a person types to bring APs home from a staging controller, for each of them.

    Args:
        charter: of the staging.
        before: what APs were told before; an AP that is not among them is told nothing in the end.
    """
    job = charter.staging
    if job is None:
        return ()
    known = {one.mac: one for one in before}
    names = {ap.mac: ap.name or "" for ap in charter.aps}
    homes = [known.get(mac, ApHomes(mac, names.get(mac, ""))) for mac in job.aps]
    return (
        *(
            f"{job.by_hand.home_line(one, job.here)}   ! on {job.controller}, while the AP is there"
            for one in homes
        ),
        *(
            f"{charter.by_hand.home_line(one, one.primary)}   ! here, once it is back"
            + ("" if one.mac in known else "; or as it was")
            for one in homes
        ),
    )
