"""The documents of DESIGN.md section 7: every key that it names, with the kind of its value."""

from typing import Any

TEXT, NUMBER, FLAG = (str,), (int, float), (bool,)
MAYBE_TEXT, MAYBE_NUMBER, MAYBE_FLAG = (
    (str, type(None)),
    (int, float, type(None)),
    (bool, type(None)),
)

AP = {"mac": TEXT, "name": MAYBE_TEXT, "model": MAYBE_TEXT, "state": TEXT}
STRATEGY = {"name": TEXT, "applicable": FLAG, "reason": TEXT}
FINDING = {
    "id": TEXT,
    "issue": TEXT,
    "confidence": TEXT,
    "aps": [AP],
    "evidence": [TEXT],
    "strategies": [STRATEGY],
}
CONTROLLER = {
    "name": TEXT,
    "platform": TEXT,
    "release": MAYBE_TEXT,
    "reachable": MAYBE_FLAG,
    "error": MAYBE_TEXT,
    "clock": {"offset_seconds": MAYBE_NUMBER, "reference": MAYBE_TEXT},
    "ntp": {"servers": [TEXT], "synchronised": MAYBE_FLAG},
    "aps": {"total": NUMBER, "registered": NUMBER, "downloading": NUMBER, "not_joined": NUMBER},
    "findings": [FINDING],
}
SWEEP = {
    "sweep": {"id": TEXT, "started": TEXT, "finished": TEXT},
    "controllers": [CONTROLLER],
}
PLAN = {
    "controller": TEXT,
    "issue": TEXT,
    "strategy": TEXT,
    "digest": TEXT,
    "expires": TEXT,
    "window": {},
    "steps": [
        {"name": TEXT, "summary": TEXT, "transport": TEXT, "payloads": [TEXT], "undo": [TEXT]}
    ],
    "impact": [TEXT],
    "alternatives": [{"name": TEXT, "applicable": FLAG, "reason": TEXT, "cost": TEXT}],
}
REMEDIATION = {
    "id": TEXT,
    "controller": TEXT,
    "issue": TEXT,
    "strategy": TEXT,
    "state": TEXT,
    "steps": [
        {
            "name": TEXT,
            "state": TEXT,
            "started": MAYBE_TEXT,
            "finished": MAYBE_TEXT,
            "detail": TEXT,
        }
    ],
    "aps": {"recovered": NUMBER, "remaining": NUMBER},
    "left": [TEXT],
    "mend": [TEXT],
}


def matches(value: Any, form: Any, place: str = "") -> list[str]:
    """Every place where a document is not of its form; more keys than named do no harm."""
    if isinstance(form, tuple):
        right = isinstance(value, form) and not (bool not in form and isinstance(value, bool))
        return [] if right else [f"{place}: {value!r} is none of {form}"]
    if isinstance(form, list):
        if not isinstance(value, list):
            return [f"{place}: {value!r} is no list"]
        return [
            one for n, item in enumerate(value) for one in matches(item, form[0], f"{place}/{n}")
        ]
    if not isinstance(value, dict):
        return [f"{place}: {value!r} is no object"]
    found = [f"{place}/{key}: missing" for key in form if key not in value]
    for key in form.keys() & value.keys():
        found += matches(value[key], form[key], f"{place}/{key}")
    return found
