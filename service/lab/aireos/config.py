"""The part of an AireOS configuration that the lab keeps, and how it prints it.

Only what differs from its default is printed (facts, section 2: absence means disabled), without
the word `config` in `show run-config commands` and with it in the saved form.
"""

from dataclasses import dataclass, replace

from service.lab.aireos.specs import NtpServer, Wlc, ZoneChoice

CANARY = "canary-community"  # a secret that nobody may ever store or print
SPELLINGS = ("cert-expiry-ignore", "lifetime-check")


@dataclass(frozen=True, slots=True)
class TransferConfig:
    """`transfer download ...`: what the next download would fetch. No default is printed."""

    mode: str = "tftp"
    datatype: str = "code"
    server: str = "0.0.0.0"  # noqa: S104 - no address yet
    port: int | None = None  # None: that of the mode
    path: str = "./"
    filename: str = ""
    username: str = ""
    password: str = ""  # never printed: device facts, section 2


@dataclass(frozen=True, slots=True)
class WlcConfig:
    """One configuration; running and saved are two of these."""

    sysname: str
    zone: ZoneChoice
    ntp: tuple[NtpServer, ...] = ()  # by index
    ntp_keys: tuple[tuple[int, str], ...] = ()  # index, secret as the box encrypts it
    ntp_interval: int = 3600
    ignores: frozenset[str] = frozenset()  # mic, ssc: expiry of these is ignored
    ssc_allowed: bool = False
    authorize_mic: bool = False
    hash_validation: bool = True  # facts: the default is enabled
    paging: bool = True
    sessions_timeout: int = 5
    location: str = ""
    transfer: TransferConfig = TransferConfig()

    def server(self, index: int) -> NtpServer | None:
        """The server at an index."""
        return next((s for s in self.ntp if s.index == index), None)

    def with_server(self, server: NtpServer) -> "WlcConfig":
        """With that server at its index."""
        rest = [s for s in self.ntp if s.index != server.index]
        return replace(self, ntp=tuple(sorted([*rest, server], key=lambda s: s.index)))

    def without_server(self, index: int) -> "WlcConfig":
        """Without the server at an index; its key index goes with it (unverified)."""
        return replace(self, ntp=tuple(s for s in self.ntp if s.index != index))


def config_of(spec: Wlc) -> WlcConfig:
    """What a box of the fleet starts with, before its `settings` are typed in."""
    keys = {*spec.ntp_keys, *(s.key for s in spec.ntp if s.key is not None)}
    return WlcConfig(
        sysname=spec.sysname,
        zone=spec.zone,
        ntp=tuple(sorted(spec.ntp, key=lambda s: s.index)),
        ntp_keys=tuple((k, f"encrypted-{spec.seed}-{k}") for k in sorted(keys)),
        ntp_interval=spec.ntp_interval,
    )


def spelling_of(spec: Wlc) -> str:
    """How this release spells cert-expiry-ignore: facts, section 2."""
    if spec.quirks.expiry_spelling != "auto":
        return spec.quirks.expiry_spelling
    numbers = tuple(int(p) for p in spec.release.split(".")[:3])
    return "cert-expiry-ignore" if numbers >= (7, 4, 140) else "lifetime-check"


def commands(config: WlcConfig, spec: Wlc) -> list[str]:
    """`show run-config commands`, line by line.

    The first lines stand in every box: they are there to be read past.
    """
    lines = ["802.11a 11nSupport a-mpdu tx scheduler enable", "Not Supported.advanced eap"]
    spelling = spelling_of(spec)
    lines += [f"ap {spelling} {kind} enable" for kind in sorted(config.ignores)]
    lines += ["ap dtls-cipher-suite RSA-AES128-SHA", "ap dtls-wlc-mic sha2"]
    if config.authorize_mic:
        lines.append("auth-list ap-policy authorize-ap enable")
    if config.ssc_allowed:
        lines.append("auth-list ap-policy ssc enable")
    if not config.hash_validation:  # unverified: only the default was seen, which isn't printed
        lines.append("certificate ssc hash validation disable")
    if not config.paging:
        lines.append("paging disable")
    lines.append(f"snmp community create {CANARY}-{spec.seed}")
    lines.append(f"sysname {config.sysname}")
    lines += ["stats-timer realtime 5", "stats-timer normal 180"]
    tail = ["trapflags ap timeSyncFailure disable", *transfer_lines(config.transfer)]
    return [*lines, *_time_lines(config), *tail]


def transfer_lines(transfer: TransferConfig) -> list[str]:
    """As a saved configuration of a public repository has them (it shows no mode: unverified)."""
    none = TransferConfig()
    lines = [
        f"transfer download {word} {value}"
        for word, value, usual in (
            ("mode", transfer.mode, none.mode),
            ("datatype", transfer.datatype, none.datatype),
            ("username", transfer.username, none.username),
            ("path", transfer.path, none.path),
            ("serverip", transfer.server, none.server),
            ("filename", transfer.filename, none.filename),
            ("port", transfer.port, none.port),
        )
        if value != usual
    ]
    secret = ["transfer download encrypt password 1 " + "7" * len(transfer.password)]
    return lines + (secret if transfer.password else [])


def _time_lines(config: WlcConfig) -> list[str]:
    lines = [f"time ntp interval {config.ntp_interval}"]
    lines += [f"time ntp key-auth add {k} md5 {s}" for k, s in config.ntp_keys]  # unverified
    lines += [f"time ntp server {s.index} {s.host}" for s in config.ntp]
    lines += [f"time ntp auth enable {s.index} {s.key}" for s in config.ntp if s.key is not None]
    if config.zone.location is not None:
        lines.append(f"time timezone location {config.zone.location}")
    elif config.zone.hours or config.zone.minutes:
        lines.append(f"time timezone {config.zone.hours} {config.zone.minutes}")
    return lines


def saved_commands(config: WlcConfig, spec: Wlc, stamp: str) -> list[str]:
    """`show run-config startup-commands`: the saved form, with the device's clock in its head."""
    begin, end = f"# WLC Config Begin <{stamp}>", f"# WLC Config End <{stamp}>"
    saved = [_saved_form(line) for line in commands(config, spec)]
    return [begin, "", *saved, "", end]


def _saved_form(line: str) -> str:
    return line if line.startswith("transfer ") else f"config {line}"
