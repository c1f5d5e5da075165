"""Entries of the inventory as callers send them; what they mean the inventory's loader judges."""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    RootModel,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
)

from service.api.bodies import PRINTED, Name, Strict

Text: TypeAlias = Annotated[StrictStr, Field(max_length=1000, pattern=PRINTED)]
Words: TypeAlias = Annotated[list[Text], Field(max_length=1000)]
One: TypeAlias = Text | StrictBool | StrictInt | StrictFloat
Values: TypeAlias = One | Annotated[list[One], Field(max_length=1000)] | None
Policy: TypeAlias = Annotated[dict[Name, Values], Field(max_length=100)]


class EntryIn(Strict):
    """What is null, or not there, is as if it were not written: its default counts."""

    def entry(self) -> dict[str, Any]:
        """As the file has it."""
        return {key: one for key, one in self.patch().items() if one is not None}

    def patch(self) -> dict[str, Any]:
        """What was said, null included."""
        return self.model_dump(exclude_unset=True, by_alias=True)


class Said(BaseModel):
    """What was said, null included: what an `Idempotency-Key` is compared by."""

    said: dict[str, Any]


class SshIn(Strict):
    """`netconf` and `ssh`."""

    port: StrictInt | None = None
    host_key: Text | None = Field(default=None, description="known_hosts line, or SHA256:...")
    insecure: StrictBool | None = None
    legacy_algorithms: StrictBool | None = Field(default=None, description="`ssh` alone.")


class RestconfIn(Strict):
    """`restconf`."""

    port: StrictInt | None = None
    ca: Text | None = Field(default=None, description="A file, from the inventory's folder.")
    insecure: StrictBool | None = None


class SnmpIn(Strict):
    """`snmp`."""

    port: StrictInt | None = None
    version: Literal["2c", "3"] | None = None


class ControllerPatch(EntryIn):
    """Keys of a controller; docs/inventory.md explains each."""

    name: Name | None = Field(default=None, description="Never another one.")
    platform: Literal["iosxe", "aireos"] | None = None
    host: Text | None = Field(default=None, examples=["192.0.2.10"])
    credentials: Name | None = Field(default=None, description="The name of a set.")
    site: Text | None = None
    tags: Words | None = None
    mobility_group: Text | None = None
    ha_peer: Name | None = None
    staging: Name | None = None
    ap_address: Text | None = None
    ap_limit: StrictInt | None = None
    transport: Literal["auto", "netconf", "restconf"] | None = None
    policy: Policy | None = Field(default=None, examples=[{"approval": "four-eyes"}])
    netconf: SshIn | None = None
    restconf: RestconfIn | None = None
    ssh: SshIn | None = None
    snmp: SnmpIn | None = None


class ControllerIn(ControllerPatch):
    """A controller of the inventory."""

    name: Name = Field(examples=["hq-1"])
    platform: Literal["iosxe", "aireos"]
    host: Text = Field(examples=["192.0.2.10"])
    credentials: Name = Field(examples=["hq"], description="The name of a set.")


class SchedulePatch(EntryIn):
    """Keys of a schedule; docs/inventory.md explains each."""

    name: Name | None = Field(default=None, description="Never another one.")
    every: Text | StrictInt | StrictFloat | None = Field(
        default=None, description="`15m`, `1h30m`, or seconds.", examples=["15m"]
    )
    cron: Text | None = Field(default=None, description="Five fields, UTC.")
    controllers: Words | None = None
    tags: Words | None = None
    what: Literal["sweep"] | None = None
    jitter_s: StrictInt | StrictFloat | None = None
    missed: Literal["once", "skip"] | None = None
    paused: StrictBool | None = Field(default=None, description="It is not run for now.")


class ScheduleIn(SchedulePatch):
    """A schedule; one of `every` and `cron`."""

    name: Name = Field(examples=["night"])


class FreezePatch(EntryIn):
    """Keys of a freeze; docs/inventory.md explains each."""

    name: Name | None = Field(default=None, description="Never another one.")
    start: Text | None = Field(
        default=None, alias="from", description="RFC 3339.", examples=["2026-12-18T17:00:00+01:00"]
    )
    to: Text | None = Field(
        default=None, description="RFC 3339, after `from`.", examples=["2027-01-04T08:00:00+01:00"]
    )
    sites: Words | None = None
    tags: Words | None = None


class FreezeIn(FreezePatch):
    """A freeze; without sites and tags it holds everywhere."""

    name: Name = Field(examples=["year-end"])
    start: Text = Field(
        alias="from", description="RFC 3339.", examples=["2026-12-18T17:00:00+01:00"]
    )
    to: Text = Field(description="RFC 3339, after `from`.", examples=["2027-01-04T08:00:00+01:00"])


class PartIn(RootModel[Policy]):
    """An entry of another part of the inventory; docs/inventory.md explains its keys."""

    def entry(self) -> dict[str, Any]:
        """As the file has it."""
        return {key: one for key, one in self.root.items() if one is not None}


class EntryOut(BaseModel):
    """An entry as the inventory has it."""

    model_config = ConfigDict(extra="allow")
    entry: dict[str, Any] = Field(description="Secrets are references.")


class EntryGone(BaseModel):
    """What is not in the inventory any more."""

    removed: str
