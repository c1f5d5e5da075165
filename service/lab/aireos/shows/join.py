"""Join statistics: who ever knocked, joined or not. Entries last until the next boot."""

from collections.abc import Callable, Iterable
from datetime import datetime

from service.lab.aireos.answers import Context, dotted
from service.lab.aps.state import ApState

HEAD = "Base Mac             AP EthernetMac       AP Name                 IP Address         Status"
TYPES = {  # unverified: what 8.x prints for the type of the last error
    "ap-con-failure-dtls": "DTLS handshake",
    "ap-con-failure-join": "Lwapp join request rejected",
    "ap-con-failure-config": "Lwapp configuration request rejected",
    "ap-con-failure-imgdwnld": "Image download",
}


def known(context: Context) -> list[ApState]:
    """Everybody who was ever heard, in the order of their MACs."""
    aps = context.box.see_aps()
    return [aps.states[mac] for mac in sorted(aps.heard)]


def summary_all(context: Context) -> str:
    """As the seed's transcript; a row without name and address of an AP that never joined."""
    states = known(context)
    if context.box.spec.quirks.join_stats == "dotted":
        return "\n".join([dotted("Number of APs", len(states)), *_dotted(states)])
    lines = [f"{'Number of APs':.<59} {len(states)}", "", "", HEAD, ""]
    for state in states:
        spec = state.spec
        ever = state.counters.joins_ok > 0
        name = "" if spec.options.get("nameless", False) else spec.name
        ip = spec.ip if ever else ""
        status = "Joined" if state.present else "Not Joined"
        row = f"{spec.mac:<20} {spec.ethernet_mac:<20} {name:<23} {ip:<18} {status}"
        lines.append(row.rstrip())
    return "\n".join([*lines, ""])


def _dotted(states: Iterable[ApState]) -> list[str]:
    words = {True: "Joined", False: "Not joined"}
    return [dotted(s.spec.mac, words[s.present], 46) for s in states]


def by_mac(context: Context, mac: str) -> ApState | None:
    """The AP with that base radio MAC."""
    return next((s for s in known(context) if s.spec.mac == mac.lower()), None)


def detailed(context: Context, state: ApState) -> str:
    """`show ap join stats detailed MAC`.

    Phases and labels as the vendor's configuration guides print them; no capture of 8.x is in the
    facts, so the whole page is unverified.
    """
    counted, box = state.counters, context.box

    def at(moment: datetime | None) -> str:
        return f"{box.zone.wall(moment):%b %d %H:%M:%S}.000" if moment else "Not applicable"

    failed = state.refusal is not None
    join_failed = failed and state.last_error == "ap-con-failure-join"
    discoveries, attempts = counted.discoveries, counted.joins
    pages: list[tuple[str, list[tuple[str, object]]]] = [
        (
            "Discovery phase statistics",
            [
                ("Discovery requests received", discoveries),
                ("Successful discovery responses sent", discoveries),
                ("Unsuccessful discovery request processing", 0),
                ("Reason for last unsuccessful discovery attempt", "Not applicable"),
                ("Time at last successful discovery attempt", at(state.discovery_time)),
                ("Time at last unsuccessful discovery attempt", "Not applicable"),
            ],
        ),
        (
            "Join phase statistics",
            [
                ("Join requests received", attempts),
                ("Successful join responses sent", counted.joins_ok),
                ("Unsuccessful join request processing", max(0, attempts - counted.joins_ok)),
                (
                    "Reason for last unsuccessful join attempt",
                    state.text if join_failed else "Not applicable",
                ),
                ("Time at last successful join attempt", at(state.ok_time)),
                (
                    "Time at last unsuccessful join attempt",
                    at(state.fail_time if join_failed else None),
                ),
            ],
        ),
        (
            "Configuration phase statistics",
            [
                ("Configuration requests received", counted.joins_ok),
                ("Successful configuration responses sent", counted.joins_ok),
                ("Unsuccessful configuration request processing", counted.config_failed),
                ("Reason for last unsuccessful configuration attempt", "Not applicable"),
                ("Time at last successful configuration attempt", at(state.ok_time)),
                ("Time at last unsuccessful configuration attempt", "Not applicable"),
            ],
        ),
        (
            "Last AP message decryption failure details",
            [("Reason for last message decryption failure", "Not applicable")],
        ),
        (
            "Last AP disconnect details",
            [("Reason for last AP connection failure", state.text or "Not applicable")],
        ),
        (
            "Last join error summary",
            [
                ("Type of error that occurred last", TYPES.get(state.last_error, "None")),
                ("Reason for error that occurred last", state.text or "Not applicable"),
                ("Time at which the last join error occurred", at(state.error_time)),
            ],
        ),
    ]
    blocks = [
        "\n".join([title, *(f"- {dotted(label, value, 57)}" for label, value in rows)])
        for title, rows in pages
    ]
    return "\n" + "\n\n".join(blocks) + "\n"


SHOWS: dict[str, Callable[[Context], str]] = {"show ap join stats summary all": summary_all}
