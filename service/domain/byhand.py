"""What a person types on a controller where we cannot: its driver's words, captured with the rest.

They are kept in the journal, so whoever reads it can say how to mend the box: a process that never
spoke with it, or one that cannot reach it any more.
"""

from dataclasses import dataclass
from datetime import datetime

from service.domain.ap_homes import ApHome, ApHomes, Place
from service.domain.join_policy import Rule, Switch
from service.domain.wallclock import MONTHS


@dataclass(frozen=True, slots=True)
class ByHand:
    """Commands of one platform; the defaults are those of boxes with timed applets.

    Attributes:
        set_clock: with {hh} {mm} {ss} {d} {dd} {mo} {mon} {yy} {yyyy} of the local time.
        add_ntp: puts one entry back; with {label}, {options}, {slot} and {host}.
        key_ntp: where a key takes a line of its own: with {slot} and {key}.
        poll_ntp: how often servers are asked, where that is one setting: with {seconds}.
        take_back: what takes back software that is not committed: one or the other.
        remove_software, delete_file: with {file}.
        install_again: what installs a release or patch anew; with {file}, {minutes} of the timer.
        look_at_images, set_boot_image, restart, end_predownload: of a controller with two slots
            for images; with {slot}.
        set_ap_home: tells an AP a controller; with {ap}, {place}, {name} and {address}.
        clear_ap_home: takes one away from it again; with the same.
        remove_ntp: takes one entry off; with {label}, {slot} and {host}.
        set_policies: for each rule of the certificate policy what sets it, with {word} for `enable`
            or `disable`.
        clear_policies: what turns it off, where that takes other words.
    """

    look_at_clock: str = "show clock detail"
    look_at_ntp: str = "show running-config | include ^ntp"
    look_at_sync: str = "show ntp associations"
    look_at_timers: str = "show running-config | include event manager applet aprejoin"
    set_clock: str = "clock set {hh}:{mm}:{ss} {d} {mon} {yyyy}"
    add_ntp: str = "ntp {label}{options}"
    key_ntp: str = ""
    poll_ntp: str = ""
    remove_ntp: str = "no ntp {label}"
    save: str = "write memory"
    look_at_software: str = "show install summary"
    look_at_aps: str = "show ap summary"
    install_again: tuple[str, ...] = (
        "install add file bootflash:{file}",
        "install activate auto-abort-timer {minutes}",
        "install commit",
    )
    take_back: tuple[str, ...] = ("install abort", "install rollback to committed")
    remove_software: str = "install remove file bootflash:{file}"
    delete_file: str = "delete bootflash:{file}"
    look_at_images: str = ""
    set_boot_image: str = ""
    restart: str = ""
    end_predownload: str = ""
    set_ap_home: str = "ap name {ap} controller {place} {name} {address}"
    clear_ap_home: str = "ap name {ap} no controller {place} {name}"
    look_at_policies: str = ""
    set_policies: tuple[tuple[Rule, str], ...] = ()
    clear_policies: tuple[tuple[Rule, str], ...] = ()

    def policy_line(self, switch: Switch) -> str:
        """What sets a switch of the certificate policy; its name where no command is known."""
        word = "enable" if switch.enabled else "disable"
        known = dict(self.set_policies) | ({} if switch.enabled else dict(self.clear_policies))
        return known.get(switch.rule, f"{switch.rule} {{word}}").format(word=word)

    def home_line(self, homes: ApHomes, home: ApHome, place: Place = Place.PRIMARY) -> str:
        """What tells an AP a controller, or takes it away where none is set."""
        form = self.set_ap_home if home.is_set else self.clear_ap_home
        line = form.format(
            ap=homes.ap or homes.mac, place=place, name=home.name, address=home.address
        )
        return line.rstrip()

    def clock_line(self, local: datetime | None) -> str:
        """What sets the clock to a local time; None: with letters where the time belongs."""
        if local is None:
            fields = {name: name.upper() for name in _FIELDS}
        else:
            month = MONTHS[local.month - 1]
            texts = (
                *(f"{local:%{letter}}" for letter in "HMS"),
                str(local.day),
                *(f"{local:%{letter}}" for letter in "dm"),
                *(month, f"{local:%y}", str(local.year)),
            )
            fields = dict(zip(_FIELDS, texts, strict=True))
        return self.set_clock.format(**fields)


_FIELDS = ("hh", "mm", "ss", "d", "dd", "mo", "mon", "yy", "yyyy")
