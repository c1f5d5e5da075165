"""The bodies in which events come: our own, and what monitoring systems send.

Theirs are read for what says which controller is meant, and kept as a line of text; what else they
have is let go. Sources: Prometheus Alertmanager, "webhook_config", version 4; LibreNMS, "API"
transport and "Template placeholders" (the body is the operator's to write: docs/events.md has it);
Cisco Catalyst Center, "Event Management" (notification by REST).
"""

from typing import Annotated, Literal, TypeAlias
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

from service.api.bodies import PRINTED, Moment, Strict
from service.domain.events.messages import Sense
from service.domain.events.reading import LONGEST_NAME, LONGEST_STAMP, Said
from service.domain.events.syslog import LONGEST_TEXT
from service.domain.events.tying import Clues, clues_in

Short: TypeAlias = Annotated[str, Field(max_length=255, pattern=PRINTED)]
Long: TypeAlias = Annotated[str, Field(max_length=LONGEST_TEXT)]
Texts: TypeAlias = dict[str, str]
MOST, LONGEST_HOST = 1000, 255
HOST_LABELS = ("controller", "wlc", "device", "hostname", "host", "node", "instance", "target")
AP_LABELS = ("ap_name", "ap", "apname", "access_point")
ENDED = frozenset({"resolved", "ok", "0", "recovered", "clear", "cleared"})


class _Theirs(BaseModel):
    """A form of somebody else: it may grow."""

    model_config = ConfigDict(extra="ignore")


class EventIn(Strict):
    """One event. At least one of controller, host, mac and ap_name has to tell whose it is."""

    controller: Short = Field(default="", examples=["hq-1"], description="As in the inventory.")
    host: Short = Field(default="", description="Name or address of the controller.")
    mac: Short = Field(default="", description="Of the access point: base radio or Ethernet MAC.")
    ap_name: Annotated[str, Field(max_length=LONGEST_NAME, pattern=PRINTED)] = ""
    sense: Sense = Field(default=Sense.ALERT, description="What happened.")
    text: Long = Field(default="", examples=["the NOC saw it leave"])
    at: Moment | None = Field(default=None, description="The sender's time; only kept.")

    def said(self, source: str) -> Said:
        """The same, to be tied."""
        hosts = (self.host,) if self.host else ()
        macs, _ = clues_in(self.mac)
        clues = Clues(self.controller, "", hosts, macs, self.ap_name)
        said_at = "" if self.at is None else self.at.isoformat()
        return _said(self.sense, "own-form", source, said_at=said_at, text=self.text, clues=clues)


class EventsIn(Strict):
    """Our own form."""

    events: list[EventIn] = Field(min_length=1, max_length=MOST)

    def said(self, source: str) -> list[Said]:
        """The same, to be tied."""
        return [one.said(source) for one in self.events]


class AlertIn(_Theirs):
    """One alert of Alertmanager."""

    status: str = "firing"
    labels: Texts
    annotations: Texts = {}
    starts_at: str = Field(default="", alias="startsAt")

    def said(self, source: str) -> Said:
        """The same, to be tied."""
        words = [f"{key}={value}" for key, value in (self.labels | self.annotations).items()]
        text = f"{self.labels.get('alertname', 'alert')} {self.status}: {', '.join(words)}"
        hosts = [_host(self.labels[key]) for key in HOST_LABELS if self.labels.get(key)]
        ap = next((self.labels[key] for key in AP_LABELS if self.labels.get(key)), "")
        return _foreign(
            "alertmanager",
            source,
            said_at=self.starts_at,
            text=text,
            state=self.status,
            hosts=hosts,
            ap=ap,
        )


class AlertmanagerIn(_Theirs):
    """What Prometheus Alertmanager posts."""

    version: Literal["4"]
    alerts: list[AlertIn] = Field(min_length=1, max_length=MOST)

    def said(self, source: str) -> list[Said]:
        """The same, to be tied."""
        return [one.said(source) for one in self.alerts]


class LibreNmsIn(_Theirs):
    """What LibreNMS posts with the body that docs/events.md has."""

    title: str
    hostname: str
    sys_name: str = Field(default="", alias="sysName")
    ip: str = ""
    severity: str = ""
    state: str | int = ""
    timestamp: str = ""
    msg: str = ""

    def said(self, source: str) -> list[Said]:
        """The same, to be tied."""
        hosts = [one for one in (self.ip, self.hostname, self.sys_name) if one]
        text = f"{self.severity} {self.title}: {self.msg}".strip()
        state, when = str(self.state), self.timestamp
        return [_foreign("librenms", source, said_at=when, text=text, state=state, hosts=hosts)]


class CatalystIn(_Theirs):
    """What Catalyst Center posts for an event that was subscribed to."""

    event_id: str = Field(alias="eventId")
    instance_id: str = Field(alias="instanceId")
    name: str | None = None
    timestamp: int | str = ""
    details: dict[str, object] = {}

    def said(self, source: str) -> list[Said]:
        """The same, to be tied."""
        told = {key: str(value) for key, value in self.details.items() if value is not None}
        device = told.get("Device", "")
        status = told.get("Assurance Issue Status", "")
        text = f"{self.event_id} {self.name or ''}: " + ", ".join(
            f"{key}={value}" for key, value in told.items()
        )
        hosts, when = [device] if device else [], str(self.timestamp)
        form = "catalyst-center"
        return [_foreign(form, source, said_at=when, text=text, state=status, hosts=hosts)]


AnyIn: TypeAlias = EventsIn | AlertmanagerIn | LibreNmsIn | CatalystIn


def _foreign(
    form: str, source: str, *, said_at: str, text: str, state: str, hosts: list[str], ap: str = ""
) -> Said:
    sense = Sense.ALERT_ENDED if state.lower() in ENDED else Sense.ALERT
    macs, named = clues_in(text)
    called = tuple(_printed(host)[:LONGEST_HOST] for host in hosts)
    name = _printed(ap or named)[:LONGEST_NAME]
    clues = Clues(called[0] if called else "", "", called, macs, name)
    return _said(sense, form, source, said_at=said_at, text=text, clues=clues)


def _said(sense: Sense, form: str, source: str, *, said_at: str, text: str, clues: Clues) -> Said:
    words = _printed(text)[:LONGEST_TEXT]
    return Said(sense, form, "http", source, _printed(said_at)[:LONGEST_STAMP], words, clues)


def _printed(text: str) -> str:
    """Without control characters, which databases refuse in part."""
    return "".join(char if char.isprintable() else " " for char in text)


def _host(instance: str) -> str:
    """The host of an `instance`: an address, a name, with a port or as a URL."""
    try:
        return urlsplit(instance if "//" in instance else f"//{instance}").hostname or instance
    except ValueError:
        return instance
