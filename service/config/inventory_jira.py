"""How the inventory says that a project of Jira is arranged: types, fields, statuses by name."""

import re

from service.config.inventory_values import short
from service.config.yaml_places import Section, YamlValue, each
from service.domain.inventory import JiraProject

JIRA = "jira"
JIRA_KEYS = (
    "kind",
    "url",
    "credentials",
    "ca",
    "change",
    "incident",
    "incidents",
    "project",
    "change_type",
    "incident_type",
    "start",
    "end",
    "approved",
    "begun",
    "successful",
    "unsuccessful",
    "resolved",
)
_PROJECT = re.compile(r"[A-Z][A-Z0-9_]{0,63}", re.ASCII)
_FIELD = re.compile(r"customfield_[0-9]{1,10}", re.ASCII)


def jira_project(section: Section) -> JiraProject:
    """The project, of the key `itsm` whose section this is; what is wrong is noted there."""
    return JiraProject(
        project=section.need("project", _project, ""),
        change_type=section.need("change_type", short, ""),
        incident_type=section.need("incident_type", short, ""),
        start=section.need("start", _field, ""),
        end=section.need("end", _field, ""),
        approved=section.need("approved", _names, ()),
        begun=section.need("begun", short, ""),
        successful=section.need("successful", short, ""),
        unsuccessful=section.need("unsuccessful", short, ""),
        resolved=section.need("resolved", short, ""),
    )


def _project(value: YamlValue) -> str:
    if not _PROJECT.fullmatch(value.text or ""):
        raise value.refuse("the key of a project: capitals, digits and _")
    return value.text or ""


def _field(value: YamlValue) -> str:
    if not _FIELD.fullmatch(value.text or ""):
        raise value.refuse("the id of a field such as customfield_10008")
    return value.text or ""


def _names(value: YamlValue) -> tuple[str, ...]:
    found = each(short)(value)
    if not found:
        raise value.refuse("at least one status", found="an empty list")
    return found
