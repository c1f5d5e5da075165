"""The contract of device paths: the only reader of `yang/contract`.

No other code holds a device path. A `Read` says where a topic lives, which leaves of it we need and
since which release each exists; from that this module answers what a given release offers, and the
driver builds its filters and picks its values.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from service.domain.observation import Topic
from service.domain.releases import Release
from service.errors import InvalidInput

Step = tuple[str, str]
"""One step of a path: (namespace, local name)."""
ContractForm = TypeVar("ContractForm", bound=BaseModel)

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same values, ten times as fast


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    since: str | None = None
    until: str | None = None

    def exists_in(self, release: Release) -> bool:
        """Whether a release has this; only major and minor count."""
        train = release.train
        after = self.since is None or train >= Release.parse(self.since).train
        return after and not self.is_over(release)

    def is_over(self, release: Release) -> bool:
        """Whether a release has something else instead."""
        return self.until is not None and release.train > Release.parse(self.until).train


Form = TypeVar("Form", bound=_Entry)


class Module(_Entry):
    """A YANG module."""

    name: str
    namespace: str


class Leaf(_Entry):
    """One leaf, its path relative to the node that holds it."""

    path: str


class Node(_Entry):
    """A container or list with the leaves we need. Without leaves: all of it."""

    path: str
    leaves: dict[str, Leaf] = Field(default_factory=dict)
    lists: dict[str, "Node"] = Field(default_factory=dict)


class Read(Node):
    """One readable thing.

    Attributes:
        never_whole: secrets stand beside these leaves, or far too much: the node is never asked for
            whole.
        short: one request may ask for it together with others.
    """

    topic: Topic
    operation: Literal["get", "get-config"]
    source: str
    never_whole: bool = False
    short: bool = False


class Hazard(_Entry):
    """One readable danger for a false clock.

    Attributes:
        types: interface types to put in place of `{type}`.
        key: leaf that names an entry of the list; None: presence alone counts.
        true_value: the value that makes it a danger; None: presence alone counts.
    """

    path: str
    says: str
    source: str
    types: tuple[str, ...] = ()
    key: str | None = None
    true_value: str | None = None

    def paths(self) -> tuple[str, ...]:
        """Every path to look at."""
        return tuple(self.path.replace("{type}", kind) for kind in self.types) or (self.path,)


class Dependent(Hazard):
    """One readable thing that counts on the clock.

    Attributes:
        kind: which of the controller's surroundings it belongs to.
    """

    kind: str


class Rpc(_Entry):
    """One operation, with the names of its inputs; up to `whole_until` none may be left out."""

    path: str
    source: str
    input: dict[str, str] = Field(default_factory=dict)
    whole_until: str | None = None


class PushNode(_Entry):
    """One node that a controller tells changes of by itself.

    Attributes:
        key: the leaf that names the access point, in the list entry around the node.
        leaves: our name -> a leaf below the node.
        on_change: whether a source lists it as told on change, and not by a period alone.
    """

    path: str
    source: str
    key: str
    leaves: dict[str, Leaf]
    on_change: bool = False


class NtpEdit(_Entry):
    """How NTP entries are written."""

    path: str
    source: str
    roles: dict[Literal["server", "peer"], str]
    forms: dict[Literal["server-list", "ip", "ipv6"], str]
    vrf: dict[Literal["list", "key"], str]


class AppletForm(_Entry):
    """The names of an applet's nodes in some releases."""

    countdown: str
    time: str
    maxrun: str
    action: str
    cli: str
    regexp: str
    syslog: str
    decimals: int = 0


class AppletNames(BaseModel):
    """The names of an applet's nodes that every release shares."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    authorization: str
    description: str
    label: str
    pattern: str
    input: str
    condition: str
    left: str
    operator: str
    right: str
    end: str
    message: str


class AppletEdit(_Entry):
    """How applets are written."""

    path: str
    source: str
    key: str
    names: AppletNames
    alternatives: tuple[AppletForm, ...]


class GrantForm(_Entry):
    """How some releases write a certificate map.

    Attributes:
        map: the list of maps, relative to `pki`; keys: its keys.
        issuer: the leaf that an issuer's name has to contain, relative to a map.
    """

    map: str
    keys: tuple[str, ...]
    issuer: str


class Grant(BaseModel):
    """One issuer whose expired certificates can be accepted, and the name of our entries for it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    issuer: str


class JoinPolicyEdit(_Entry):
    """How a controller is told which expired certificates it accepts.

    Attributes:
        pki: the container of everything; policy: the trustpool policy, relative to it.
        match: its list of certificate maps, relative to the policy.
        key, allow: leaves of an entry of that list; tag, sequence: leaves of a map.
        look, set, clear: the command line's words, with {name} and {issuer}; holder: the policy's.
    """

    pki: str
    source: str
    policy: str
    match: str
    key: str
    allow: str
    tag: str
    sequence: str
    look: str
    set: str
    clear: str
    holder: str
    grants: dict[str, Grant]
    alternatives: tuple[GrantForm, ...]


class Edits(BaseModel):
    """Everything that is written by edit-config."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ntp: NtpEdit
    applet: AppletEdit
    join_policy: JoinPolicyEdit


class Revisions(BaseModel):
    """Release family by revision of one module."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    module: str
    revisions: dict[str, str]


class Contract(BaseModel):
    """One platform's contract."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    platform: str
    modules: dict[str, Module]
    release_by_revision: Revisions
    reads: dict[str, Read]
    hazards: dict[str, Hazard]
    dependents: dict[str, Dependent] = Field(default_factory=dict)
    rpcs: dict[str, Rpc]
    pushes: dict[str, PushNode] = Field(default_factory=dict)
    edits: Edits

    def steps(self, path: str, *, inherit: str | None = None) -> tuple[Step, ...]:
        """A path as qualified steps.

        Args:
            path: absolute (`/apo:a/b`) or relative to a node of the namespace `inherit`.
            inherit: namespace of the parent of a relative path.

        Raises:
            InvalidInput: a prefix that the contract does not define, or none where one is needed.
        """
        namespace = inherit
        result = []
        for part in path.strip("/").split("/"):
            prefix, _, name = part.rpartition(":")
            if prefix:
                module = self.modules.get(prefix)
                namespace = module.namespace if module else None
            if namespace is None:
                raise InvalidInput(
                    f"step {part!r} has no known module",
                    where=f"contract {self.platform}, path {path}",
                    expected=f"a prefix of {', '.join(self.modules)}",
                )
            result.append((namespace, name))
        return tuple(result)

    def of_topic(self, topic: Topic) -> Iterator[tuple[str, Read]]:
        """Every read of a topic, in the file's order."""
        return ((key, read) for key, read in self.reads.items() if read.topic is topic)

    def applet_form(self, release: Release) -> AppletForm:
        """The names of an applet's nodes in a release.

        Raises:
            InvalidInput: the contract has no form for that release.
        """
        return self._form_of("applet", self.edits.applet.alternatives, release)

    def grant_form(self, release: Release) -> GrantForm:
        """How a release writes a certificate map; errors as `applet_form`."""
        return self._form_of("certificate map", self.edits.join_policy.alternatives, release)

    def _form_of(self, what: str, forms: Iterable[Form], release: Release) -> Form:
        for form in forms:
            if form.exists_in(release):
                return form
        raise InvalidInput(
            f"no {what} form for release {release}",
            where=f"contract {self.platform}",
            expected="an alternative whose releases include it",
        )

    def family(self, revision: str) -> Release | None:
        """The release family that a revision of the telling module belongs to, or None.

        An unlisted revision belongs to the family of the newest listed one before it.
        """
        known = sorted(self.release_by_revision.revisions.items())
        older = [family for listed, family in known if listed <= revision]
        return Release.parse(older[-1]) if older else None


def data_folder() -> Path:
    """The folder `yang`: inside the package when installed, beside it in a source tree."""
    package = Path(str(files("service")))
    inside = package / "yang"
    return inside if inside.is_dir() else package.parent / "yang"


@cache
def contract(platform: str) -> Contract:
    """The contract of a platform, read once.

    Raises:
        InvalidInput: the file is missing or not of the form that this module defines.
    """
    return read_contract(platform, Contract)


def read_contract(platform: str, form: type[ContractForm]) -> ContractForm:
    """The contract file of a platform in one of its two forms.

    Raises:
        InvalidInput: the file is missing or not of that form.
    """
    path = data_folder() / "contract" / f"{platform}.yaml"
    try:
        with path.open(encoding="utf-8") as file:
            return form.model_validate(yaml.load(file, Loader=_Loader))  # noqa: S506 - it is safe
    except OSError as err:
        raise InvalidInput(str(err), where=str(path), expected="a contract file") from err
    except (yaml.YAMLError, ValidationError) as err:
        raise InvalidInput(str(err), where=str(path), expected="a valid contract") from err
