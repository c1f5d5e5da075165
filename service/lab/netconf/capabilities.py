"""What the hello tells (facts, section 1), and the module library behind it."""

import hashlib
from collections.abc import Mapping

from service.lab.box.box import Box
from service.lab.oper.build import Value
from service.lab.yang.schema import Module, Schema, family

CAPABILITY = "urn:ietf:params:netconf:capability"
STANDARD = (
    "urn:ietf:params:netconf:base:1.0",
    "urn:ietf:params:netconf:base:1.1",
    f"{CAPABILITY}:writable-running:1.0",
    f"{CAPABILITY}:rollback-on-error:1.0",
    f"{CAPABILITY}:validate:1.0",
    f"{CAPABILITY}:validate:1.1",
    f"{CAPABILITY}:xpath:1.0",
    f"{CAPABILITY}:notification:1.0",
    f"{CAPABILITY}:interleave:1.0",
    f"{CAPABILITY}:partial-lock:1.0",
    "urn:ietf:params:xml:ns:netconf:capability:notification:1.1",
    f"{CAPABILITY}:with-defaults:1.0?basic-mode=explicit&also-supported=report-all-tagged,report-all",
)
YANG_1_1_FROM = (17, 12)  # Cisco's modules left the hello: they became YANG 1.1
LIBRARY_1_1_FROM = (17, 9)


def capabilities(box: Box) -> list[str]:
    """Every capability of the hello."""
    found = list(STANDARD)
    if box.spec.candidate:
        found.insert(2, f"{CAPABILITY}:candidate:1.0")
    if box.spec.quirks.running_writable == "without-candidate" and box.spec.candidate:
        found.remove(f"{CAPABILITY}:writable-running:1.0")
    found.append(_library(box.schema))
    omitted = _omits_cisco(box)
    found += [_uri(m) for m in box.schema.modules if not (omitted and _is_cisco(m))]
    return found


def _numbers(schema: Schema) -> tuple[int, ...]:
    return tuple(int(part) for part in family(schema.release).split("."))


def _library(schema: Schema) -> str:
    set_id = content_id(schema)
    if _numbers(schema) >= LIBRARY_1_1_FROM:
        revision = schema.by_module["ietf-yang-library"].revision
        return f"{CAPABILITY}:yang-library:1.1?revision={revision}&content-id={set_id}"
    revision = schema.by_module["ietf-yang-library"].revision
    return f"{CAPABILITY}:yang-library:1.0?revision={revision}&module-set-id={set_id}"


def content_id(schema: Schema) -> str:
    """Changes when the module set does."""
    text = ",".join(f"{m.name}@{m.revision}" for m in schema.modules)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _omits_cisco(box: Box) -> bool:
    chosen = box.spec.quirks.hello_omits_cisco
    return chosen == "yes" or (chosen == "auto" and _numbers(box.schema) >= YANG_1_1_FROM)


def _is_cisco(module: Module) -> bool:
    return module.name.startswith("Cisco-IOS-XE-")


def _uri(module: Module) -> str:
    features = f"&features={','.join(module.features)}" if module.features else ""
    revision = f"&revision={module.revision}" if module.revision else ""
    return f"{module.namespace}?module={module.name}{revision}{features}"


def yang_library(schema: Schema) -> Mapping[str, Value]:
    """Content of yang-library (RFC 8525), where the release has it."""
    modules = [
        {
            "name": m.name,
            "revision": m.revision or None,
            "namespace": m.namespace,
            "feature": m.features,
        }
        for m in schema.modules
    ]
    return {
        "module-set": [{"name": "running-set", "module": modules}],
        "schema": [{"name": "running-schema", "module-set": ["running-set"]}],
        "content-id": content_id(schema),
    }


def modules_state(schema: Schema) -> Mapping[str, Value]:
    """Content of modules-state (RFC 7895)."""
    return {
        "module-set-id": content_id(schema),
        "module": [
            {
                "name": m.name,
                "revision": m.revision,
                "namespace": m.namespace,
                "feature": m.features,
                "conformance-type": "implement",
            }
            for m in schema.modules
        ],
    }
