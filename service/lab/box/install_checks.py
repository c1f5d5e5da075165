"""What the installer refuses, and the sub-state that says so.

Which refusal a real box gives first, and that it gives it as the end of an accepted operation and
not at once, is unverified: the enums exist in Cisco-IOS-XE-install-event-types.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from service.lab.box.flash import Flash, name_in
from service.lab.box.install_scripts import Command, Request
from service.lab.box.software import Software
from service.lab.images import Image, family_of
from service.lab.specs import Controller


class FailedError(Exception):
    """The operation ends here; `sub_state` is one of install-*, without the prefix."""

    def __init__(self, sub_state: str) -> None:
        super().__init__(sub_state)
        self.sub_state = sub_state


class Books(Protocol):
    """What is looked at."""

    spec: Controller
    flash: Flash
    software: Software

    def can_run(self, image: Image) -> bool:
        """Does the lab have the models of this release?"""


@dataclass(frozen=True, slots=True)
class Judge:
    """Says yes by silence."""

    books: Books

    def image_of(self, request: Request) -> Image | None:
        """The software that a request is about, as far as it can be told."""
        software = self.books.software
        if request.version:
            bases = [i for i in software.known.values() if i.kind == "img"]
            return next((i for i in bases if i.version == request.version), None)
        name = name_in(request.path) if request.path else None
        if name is None:
            return None
        file = self.books.flash.files.get(name)
        return software.known.get(name) or (file.image if file else None)

    def needed(self, image: Image | None) -> Image:
        """An image that the checks before have found.

        Raises:
            FailedError: it went away meanwhile.
        """
        if image is None:
            raise FailedError("inv-path-err")
        return image

    def reloads_home(self, request: Request) -> bool:
        """Does the way back that is asked for lead over a reload?"""
        software = self.books.software
        to_base = request.command is Command.ROLLBACK and request.rollback == "base"
        return not to_base and software.running.base != software.committed.base

    def check(self, what: str, request: Request, image: Image | None) -> None:
        """One check of a script.

        Raises:
            FailedError: the answer is no.
        """
        checks: dict[str, Callable[[Request, Image | None], None]] = {
            "may add": self._may_add,
            "verify": self._verify,
            "may activate": self._may_activate,
            "may deactivate": self._may_deactivate,
            "may commit": self._may_commit,
            "may abort": self._may_abort,
            "may rollback": self._may_roll_back,
            "may remove": self._may_remove,
        }
        if self.books.spec.install.boot_mode == "bundle":
            raise FailedError("rej-in-bundle-mode")
        checks[what](request, image)

    def _may_add(self, request: Request, image: Image | None) -> None:
        file = self.books.flash.find(request.path)
        if file is None:
            raise FailedError("inv-path-err")
        if file.image is None or image is None:
            raise FailedError("status-invalid-image-file")
        if self.books.software.uncommitted:
            raise FailedError("status-activate-pend-commit")
        if self.books.software.running.holds(image.name):
            raise FailedError("same-img-install" if image.kind == "img" else "same-smu-install")
        software = self.books.software
        if image.name in software.known and image.name not in software.replaced:
            raise FailedError("earlier-added-image-present")

    def _verify(self, request: Request, image: Image | None) -> None:
        file = self.books.flash.find(request.path)
        if file is None or image is None or file.trouble:
            raise FailedError("verify-pkg-fail")
        family = family_of(self.books.spec.model)
        common = image.family == "C9800" and family != "C9800-CL"
        if image.family != family and not common:
            raise FailedError("plat-precheck-fail")
        if image.kind != "img" and image.release != self.books.software.running.base.release:
            raise FailedError("smu-add-fail")

    def room(self, request: Request, image: Image | None) -> None:
        """A base image is unpacked beside its file.

        Raises:
            FailedError: it doesn't fit.
        """
        file = self.books.flash.find(request.path)
        unpacked = file.size if file and image and image.kind == "img" else 0
        if unpacked > self.books.flash.free_bytes:
            raise FailedError("status-no-disk-space")

    def _may_activate(self, request: Request, image: Image | None) -> None:
        software = self.books.software
        wary = self.books.spec.quirks.abort_timer_leaf == "issu-check"
        if wary and request.timer_min is not None:
            raise FailedError("issu-incomp-ver")
        if image is None or image.name not in software.known:
            raise FailedError("activate-trigg-without-add" if image is None else _not_added(image))
        if image.name in software.replaced:
            raise FailedError(_not_added(image))
        if software.uncommitted:
            raise FailedError("status-activate-pend-commit")
        if software.running.holds(image.name):
            raise FailedError("nothing-to-activate")
        if image.name not in self.books.flash.files:
            raise FailedError("rej-smu-improper-state" if image.kind != "img" else "img-not-added")
        if not self.books.can_run(image):
            raise FailedError("plat-precheck-fail")

    def _may_deactivate(self, _: Request, image: Image | None) -> None:
        if (
            image is None
            or image.kind == "img"
            or not self.books.software.running.holds(image.name)
        ):
            raise FailedError("nothing-to-deactivate")
        if self.books.software.uncommitted:
            raise FailedError("status-activate-pend-commit")

    def _may_commit(self, _: Request, __: Image | None) -> None:
        if not self.books.software.uncommitted:
            raise FailedError("status-no-trans-to-commit")

    def _may_abort(self, _: Request, __: Image | None) -> None:
        if not self.books.software.uncommitted:
            raise FailedError("status-no-trans-to-abort")

    def _may_roll_back(self, request: Request, _: Image | None) -> None:
        software = self.books.software
        if request.rollback == "committed" and not software.uncommitted:
            raise FailedError("status-nothing-to-rollback")
        if request.rollback == "base" and not software.running.patches:
            raise FailedError("status-already-at-base")
        if request.rollback in {"id", "label"}:
            raise FailedError("invalid-rbk-id" if request.rollback == "id" else "rbk-lbl-not-found")

    def _may_remove(self, request: Request, image: Image | None) -> None:
        software = self.books.software
        if request.inactive:
            return
        if image is None:
            raise FailedError("inv-path-err")
        if software.running.holds(image.name) or software.committed.holds(image.name):
            raise FailedError("rem-of-activated-img-reject")


def _not_added(image: Image) -> str:
    return "img-not-added" if image.kind == "img" else "smu-not-added"
