"""What is to be installed on a controller, in which order, and what it must come home to.

It is part of the charter, so whoever takes a journal up has all of it; no password is in it, only
the reference to one.
"""

from dataclasses import dataclass

from service.domain.identity import BaseRadioMac
from service.domain.software_files import FileKind


@dataclass(frozen=True, slots=True)
class Wave:
    """Sites that a patch reaches together, before those that come later.

    Attributes:
        aps: the finding's APs there.
    """

    sites: tuple[str, ...]
    aps: tuple[BaseRadioMac, ...] = ()


@dataclass(frozen=True, slots=True)
class Stage:
    """One file: brought there, added, activated, seen to be well, committed.

    Attributes:
        label: what it is, for people: `APSP7 for 17.3.6`.
        release: what the controller runs afterwards.
        url: where the controller fetches it; empty: it lies there already, and stays.
        is_added: it was added by somebody before; then it is not ours to remove.
        reloads: whether the controller reloads with it.
        predownload: whether APs are given the image before that.
        waves: the sites that it reaches first; all others follow. Empty: all at once.
        role: what its steps are called by instead of its kind: `former`; empty: the kind.
        leaves_out: APs that are not expected to come back by this stage: their image is not mended.
    """

    kind: FileKind
    name: str
    label: str
    release: str
    size_bytes: int
    sha512: str
    md5: str
    url: str = ""
    is_added: bool = False
    reloads: bool = False
    predownload: bool = False
    leaves_out: tuple[BaseRadioMac, ...] = ()
    waves: tuple[Wave, ...] = ()
    role: str = ""

    @property
    def key(self) -> str:
        """By what its steps, and what they note, are told from those of the other stages."""
        return self.role or self.kind.value


@dataclass(frozen=True, slots=True)
class InstallJob:
    """The stages, and what was there before them.

    Attributes:
        base: the committed release in full, as the controller said it.
        patches: the committed patches.
        abort_after_min: when the controller takes an activation back that nobody committed.
        checks_hash: whether the controller can be asked for a file's hash.
        username, secret: what the file server is shown; the secret by reference, empty: nothing.
        stranded: APs that could load nothing if the controller went back.
        former: what it returns to, in order, where a release of ours is committed and what was to
            follow it is not: the release of before, then its patches. Empty: it stays.
    """

    stages: tuple[Stage, ...]
    base: str
    patches: tuple[str, ...]
    abort_after_min: int
    checks_hash: bool = True
    username: str = ""
    secret: str = ""
    stranded: tuple[BaseRadioMac, ...] = ()
    former: tuple[Stage, ...] = ()

    @property
    def reloads(self) -> bool:
        """Whether the controller reloads at all."""
        return any(stage.reloads for stage in self.stages)
