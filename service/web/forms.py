"""Forms that change something: of this session, from a page of ours, read whole or refused.

Three locks, each enough by itself: the cookie does not come along with other sites' forms
(SameSite), the browser says whose page the form is on (Origin), and the form carries what only a
page of this very session knows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, TypeAlias, TypeVar
from urllib.parse import parse_qsl, urlsplit

from fastapi import Depends, Request

from service.door.whole import whole
from service.errors import FormRefused
from service.usecases.context import Context
from service.usecases.held_jobs import HeldJobs
from service.usecases.visits import is_form_key
from service.web.visitor import (
    Admin,
    Approver,
    Operator,
    PartApprover,
    PartOperator,
    PartViewer,
    Visitor,
    front_of,
)

FORM = "application/x-www-form-urlencoded"
KEY_FIELD = "form_key"
MOST_FIELDS = 100
T = TypeVar("T")
Fields: TypeAlias = Mapping[str, str]


async def fields_of(request: Request) -> Fields:
    """What a form of one of our pages says. Raises FormRefused."""
    check_origin(request)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != FORM:
        raise FormRefused("it is no form of a page")
    try:
        text = (await request.body()).decode()
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise FormRefused("it cannot be read") from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise FormRefused("a field is there twice")
    return fields


def check_origin(request: Request) -> None:
    """See that the form is on a page of this very address. Raises FormRefused."""
    origin, host = request.headers.get("origin"), request.headers.get("host", "")
    if origin is not None and origin == front_of(request).public_url:
        return  # a proxy in front may call us by another name
    if origin is None or not host or urlsplit(origin).netloc != host:
        raise FormRefused("it does not come from a page of this address")


FormFields: TypeAlias = Annotated[Fields, Depends(fields_of)]


@dataclass(frozen=True, slots=True)
class Form:
    """One form that somebody sent, of their own session.

    Attributes:
        queue: takes jobs at once, and hands them on when what they are about is durable.
    """

    request: Request
    visitor: Visitor
    fields: Fields
    queue: HeldJobs

    def text(self, name: str, *, longest: int = 1000) -> str:
        """A field, without the space around it; empty: it is not there. Raises FormRefused."""
        told = self.fields.get(name, "").strip()
        if len(told) > longest:
            raise FormRefused(f"{name}: {len(told)} characters, at most {longest} are taken")
        return told

    def has(self, name: str) -> bool:
        """Whether a box was ticked."""
        return name in self.fields

    def whole(self, act: Callable[[Context], T]) -> T:
        """Do what it asks for, whole or not at all."""
        return whole(
            self.visitor.context,
            self.queue,
            act,
            caller=self.visitor.caller,
            who=self.visitor.who.name,
            call=f"{self.request.method} {self.request.url.path}",
        )


def _form(request: Request, visitor: Visitor, fields: Fields) -> Form:
    if not is_form_key(visitor.key, fields.get(KEY_FIELD, "")):
        raise FormRefused("it is of another session, or older than this one: load the page again")
    return Form(request, visitor, fields, HeldJobs(visitor.front.queue))


def part_viewer_form(request: Request, visitor: PartViewer, fields: FormFields) -> Form:
    """A form of anybody who is signed in."""
    return _form(request, visitor, fields)


def part_operator_form(request: Request, visitor: PartOperator, fields: FormFields) -> Form:
    """A change that an operator may ask for, also of a part of the fleet."""
    return _form(request, visitor, fields)


def part_approver_form(request: Request, visitor: PartApprover, fields: FormFields) -> Form:
    """A change that takes an approver, also of a part of the fleet."""
    return _form(request, visitor, fields)


def operator_form(request: Request, visitor: Operator, fields: FormFields) -> Form:
    """A change of the whole fleet that an operator may ask for."""
    return _form(request, visitor, fields)


def approver_form(request: Request, visitor: Approver, fields: FormFields) -> Form:
    """A change of the whole fleet that takes an approver."""
    return _form(request, visitor, fields)


def admin_form(request: Request, visitor: Admin, fields: FormFields) -> Form:
    """A change that takes an administrator."""
    return _form(request, visitor, fields)


PartViewerForm: TypeAlias = Annotated[Form, Depends(part_viewer_form)]
PartOperatorForm: TypeAlias = Annotated[Form, Depends(part_operator_form)]
PartApproverForm: TypeAlias = Annotated[Form, Depends(part_approver_form)]
OperatorForm: TypeAlias = Annotated[Form, Depends(operator_form)]
ApproverForm: TypeAlias = Annotated[Form, Depends(approver_form)]
AdminForm: TypeAlias = Annotated[Form, Depends(admin_form)]
