"""A fleet as sweeps leave it in the store: every state that a page has words for."""

from dataclasses import replace
from datetime import datetime, timedelta

from service.domain.inventory import Controller
from service.domain.observation import Platform
from service.ports.store import Store
from tests.support.builders import CONTROLLER

HOSTILE = (
    "<img src=x onerror=alert(1)><script>document.title='owned'</script>",
    "\u202egnp.ecioffo\u202c \u2066x\u2069 \u0000\u0007",
    "A" * 1000,
    "'\"><svg/onload=alert(2)> {{ 7*7 }} {% raw %}",
)
SITES = ("paris", "rome", "oslo", "lyon")
WAYS = {"FN72524": "fixed-software", "FN63942": "expired-cert-override"}


def controllers(number: int) -> list[Controller]:
    """So many, over some sites, every fifth an AireOS one."""
    return [
        replace(
            CONTROLLER,
            name=f"{SITES[at % len(SITES)]}-{at:03d}",
            host=f"198.51.100.{at % 250}",
            site=SITES[at % len(SITES)],
            platform=Platform.AIREOS if at % 5 == 4 else Platform.IOSXE,
            tags=("branch",) if at % 2 else ("campus",),
        )
        for at in range(number)
    ]


def word(name: str, *, aps: int = 400, findings=(), explained=(), **said) -> dict[str, object]:
    """What a sweep says of one controller."""
    off = sum(len(one["aps"]) for one in findings) + len(explained)
    return {
        "name": name,
        "platform": "iosxe",
        "release": "17.9.5",
        "reachable": True,
        "error": None,
        "clock": {"offset_seconds": 0.2, "reference": "192.0.2.1 and 192.0.2.2"},
        "ntp": {"servers": ["192.0.2.1"], "synchronised": True},
        "aps": {"total": aps, "registered": aps - off, "downloading": off, "not_joined": 0},
        "findings": list(findings),
        "explained": list(explained),
        **said,
    }


def finding(
    name: str, issue: str, *, aps, confidence: str = "probable", own: str | None = None
) -> dict[str, object]:
    """One finding; `aps` are names, each of its own confidence if that is told."""
    way = WAYS.get(issue)
    return {
        "id": f"{issue}-{name}"[:16],
        "issue": issue,
        "confidence": confidence,
        "aps": [
            {
                "mac": mac_of(f"{name}{issue}{at}"),
                "name": ap,
                "model": "AIR-CAP3702I-E-K9" if at % 3 else "AIR-CAP2602E-A-K9",
                "state": "downloading" if issue == "FN72524" else "not-joined",
                **({} if own is None else {"confidence": own}),
            }
            for at, ap in enumerate(aps)
        ],
        "evidence": ["restarted 4 times over 40 min"],
        "strategies": [{"name": way, "applicable": True, "reason": "mildest"}] if way else [],
    }


def mac_of(text: str) -> str:
    """A MAC that is the same for the same text."""
    number = sum((at + 1) * ord(letter) * 2654435761 for at, letter in enumerate(text))
    digits = f"{number & 0xFFFFFFFFFF:010x}"
    return "84:" + ":".join(digits[at : at + 2] for at in range(0, 10, 2))


def seed(store: Store, fleet: list[Controller], now: datetime) -> None:
    """Several sweeps' worth of words on a fleet; its first ones have every trouble."""
    for at, one in enumerate(fleet):
        said = _trouble(one.name, at) if at < len(fleet) - 1 else None
        if said is not None:
            ago = timedelta(seconds=40 + 7 * at)
            store.keep_looks(f"sweep-{at}", [said], at=now - ago)
    lost = fleet[2]  # swept well once, and silent since
    gone = word(lost.name, reachable=False, error="no answer on port 830 within 10 s", aps=0)
    store.keep_looks("sweep-late", [gone], at=now - timedelta(seconds=30))


def _trouble(name: str, at: int) -> dict[str, object]:
    match at:
        case 0:
            names = [f"{name}-AP{number:02d}" for number in range(60)]
            return word(name, findings=[finding(name, "FN72524", aps=names)])
        case 1:
            stuck = [finding(name, "FN63942", aps=HOSTILE, confidence="confirmed")]
            return word(name, findings=stuck)
        case 3:
            clock = {"offset_seconds": -86_412.0, "reference": "192.0.2.1 and 192.0.2.2"}
            skew = finding(name, "CLOCK-SKEW", aps=(), confidence="confirmed")
            return word(name, clock=clock, findings=[skew])
        case 5:
            off = [
                {"mac": mac_of(f"{name}{n}"), "cause": "ap-limit", "evidence": []} for n in range(9)
            ]
            return word(name, explained=off)
        case 7:
            names = [f"{name}-AP{number:02d}" for number in range(3)]
            loops = finding(name, "FN72524", aps=names, own="suspected")
            return word(name, findings=[loops])
    return word(name, aps=350 + 13 * (at % 9))
