"""The lab's desks on loopback, with an account whose secret the tests look for in what is said."""

from collections.abc import Iterator
from contextlib import contextmanager

from service.lab.desk.jira import Site
from service.lab.desk.listening import listening
from service.lab.desk.servicenow import Instance

USER, PASSWORD = "svc-aprejoin", "canary-of-the-desk"


@contextmanager
def servicenow() -> Iterator[Instance]:
    """An instance of ServiceNow, gone afterwards."""
    with listening(Instance(USER, PASSWORD)) as instance:
        yield instance


@contextmanager
def jira() -> Iterator[Site]:
    """A site of Jira Service Management, gone afterwards."""
    with listening(Site(USER, PASSWORD)) as site:
        yield site
