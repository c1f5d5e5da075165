"""yang/contract/iosxe.yaml against the vendor's own modules, for each release that we have."""

from collections.abc import Iterator

import pytest
from lxml import etree

from service.domain.releases import Release
from service.drivers.iosxe.documents import Shape, filter_for, path_text, shape_of
from service.drivers.iosxe.normalize import TUNNELS
from service.drivers.paths import Contract, Node, Step, contract
from tests.contract.drivers.vendor_models import PUBLISHED, Models, all_models
from tests.support.facts import IOSXE, RELEASES, needs_modules

pytestmark = needs_modules


@pytest.fixture(scope="module", params=list(RELEASES))
def release(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def paths() -> Contract:
    return contract("iosxe")


@pytest.fixture(scope="module")
def vendor(paths, release) -> Models:
    return all_models(paths, release)


def node_paths(
    paths: Contract, node: Node, at: Release, base: tuple[Step, ...]
) -> Iterator[tuple[str, tuple[Step, ...], bool]]:
    """(key, path, whether the release must have it) for a node and everything below."""
    inherit = base[-1][0] if base else None
    here = (*base, *paths.steps(node.path, inherit=inherit))
    alive = node.exists_in(at)
    yield node.path, here, alive
    for key, leaf in node.leaves.items():
        steps = (*here, *paths.steps(leaf.path, inherit=here[-1][0]))
        yield key, steps, alive and leaf.exists_in(at)
    for inner in node.lists.values():
        for key, steps, below in node_paths(paths, inner, at, here):
            yield key, steps, alive and below


def test_only_the_modules_that_are_listed_are_not_among_the_facts(paths, release):
    at, folder = Release.parse(release), IOSXE / "yang" / RELEASES[release]
    wanted = {module.name for module in paths.modules.values() if module.exists_in(at)}
    assert {name for name in wanted if not (folder / f"{name}.yang").is_file()} == PUBLISHED


def test_the_words_for_a_tunnel_are_those_of_the_models(paths, vendor):
    steps = paths.steps("/mob:mobility-oper-data/mobility-node-data/ulink-status")
    words = vendor.words(vendor.resolve(steps))
    assert words == {*TUNNELS, "status-unknown"}


def test_every_module_has_the_namespace_that_the_contract_gives_it(paths, vendor, release):
    at = Release.parse(release)
    wrong = [
        module.name
        for module in paths.modules.values()
        if module.exists_in(at) and not vendor.has_namespace(module.namespace)
    ]
    assert not wrong


def test_every_read_path_and_leaf_exists_from_its_first_release_on(paths, vendor, release):
    at = Release.parse(release)
    missing = [
        f"{key}: {path_text(steps)}"
        for key, read in paths.reads.items()
        if not key.startswith("modules-")  # one library or the other, by revision of the module
        for _, steps, alive in node_paths(paths, read, at, ())
        if alive and vendor.resolve(steps) is None
    ]
    assert not missing


def test_no_leaf_is_withheld_from_a_release_that_has_it(paths, vendor, release):
    """`since` is as early as the models say, but for 17.10, which lies between two of ours."""
    at = Release.parse(release)
    withheld = [
        f"{key}: {path_text(steps)}"
        for key, read in paths.reads.items()
        if not key.startswith("modules-") and read.exists_in(at)
        for _, steps, alive in node_paths(paths, read, at, ())
        if not alive and vendor.resolve(steps) is not None
    ]
    assert not withheld


def test_every_hazard_path_exists(paths, vendor, release):
    missing = []
    for key, hazard in {**paths.hazards, **paths.dependents}.items():
        for path in hazard.paths():
            steps = paths.steps(path)
            if hazard.key:
                steps = (*steps, (steps[-1][0], hazard.key))
            if hazard.exists_in(Release.parse(release)) and vendor.resolve(steps) is None:
                missing.append(f"{key}: {path}")
    assert not missing


def test_every_rpc_and_its_inputs_exist(paths, vendor, release):
    missing = []
    for key, rpc in paths.rpcs.items():
        if not rpc.exists_in(Release.parse(release)):
            continue
        steps = paths.steps(rpc.path)
        node = vendor.resolve(steps)
        if node is None or node.keyword != "rpc":
            missing.append(key)
        missing += [
            f"{key}: {name}"
            for name in rpc.input.values()
            if vendor.resolve((*steps, (steps[-1][0], name))) is None
        ]
    assert not missing


def test_everything_that_is_subscribed_to_exists_from_its_first_release_on(paths, vendor, release):
    at, wrong = Release.parse(release), []
    for key, push in paths.pushes.items():
        steps = paths.steps(push.path)
        space = steps[-1][0]
        named = {push.key: ((*steps[:-1], (space, push.key)), push.exists_in(at))}
        for leaf in push.leaves.values():
            has_it = push.exists_in(at) and leaf.exists_in(at)
            named[leaf.path] = ((*steps, (space, leaf.path)), has_it)
        wrong += [
            f"{key}: {name}"
            for name, (one, has_it) in named.items()
            if (vendor.resolve(one) is not None) is not has_it
        ]
    assert not wrong


def test_every_node_of_ntp_entries_exists(paths, vendor, release):
    edit = paths.edits.ntp
    missing = []
    for role in edit.roles.values():
        base = paths.steps(f"{edit.path}/{role}")
        namespace = base[-1][0]
        holders = [base, (*base, (namespace, edit.vrf["list"]))]
        for holder in holders:
            for form, key in edit.forms.items():
                steps = (*holder, (namespace, form), (namespace, key))
                if vendor.resolve(steps) is None:
                    missing.append(path_text(steps))
        if vendor.resolve((*holders[1], (namespace, edit.vrf["key"]))) is None:
            missing.append(f"vrf key of {role}")
    assert not missing


def test_every_node_of_the_applet_form_exists(paths, vendor, release):
    edit, form = paths.edits.applet, paths.applet_form(Release.parse(release))
    names, base = edit.names, paths.steps(edit.path)
    action = form.action
    relative = [
        edit.key,
        names.authorization,
        names.description,
        f"{form.countdown}/{form.time}",
        f"{form.countdown}/{form.maxrun}",
        f"{action}/{names.label}",
        f"{action}/{form.cli}",
        f"{action}/{form.regexp}/{names.pattern}",
        f"{action}/{form.regexp}/{names.input}",
        f"{action}/{names.condition}/{names.left}",
        f"{action}/{names.condition}/{names.operator}",
        f"{action}/{names.condition}/{names.right}",
        f"{action}/{names.end}",
        f"{action}/{form.syslog}/{names.message}",
    ]
    missing = [
        path
        for path in relative
        if vendor.resolve((*base, *paths.steps(path, inherit=base[-1][0]))) is None
    ]
    assert not missing


def test_every_node_that_allows_expired_certificates_exists(paths, vendor, release):
    edit, form = paths.edits.join_policy, paths.grant_form(Release.parse(release))
    relative = [
        f"{edit.policy}/{edit.match}/{edit.key}",
        f"{edit.policy}/{edit.match}/{edit.allow}",
        f"{form.map}/{edit.tag}",
        f"{form.map}/{edit.sequence}",
        f"{form.map}/{form.issuer}",
    ]
    base = paths.steps(edit.pki)
    missing = [
        path
        for path in relative
        if vendor.resolve((*base, *paths.steps(path, inherit=base[-1][0]))) is None
    ]
    assert not missing


def filter_of(paths: Contract, at: Release) -> etree._Element:
    """All that is ever read, asked for at once."""
    libraries = ("modules-1.0", "modules-1.1", "schemas")
    shapes = [
        shape_of(paths, read, at)
        for key, read in paths.reads.items()
        if read.exists_in(at) and key not in libraries
    ]
    shapes += [
        Shape(paths.steps(path), {}, {}) for one in paths.hazards.values() for path in one.paths()
    ]
    return filter_for(*shapes)


def strange_in(element: etree._Element, vendor: Models, base: tuple[Step, ...] = ()) -> list[str]:
    """What of a filter the models don't have, or have as something that can't be compared."""
    name = etree.QName(element)
    here = (*base, (name.namespace, name.localname))
    node = vendor.resolve(here)
    if node is None:
        return [f"{path_text(here)} is not there"]
    found = [one for child in element for one in strange_in(child, vendor, here)]
    if (element.text or "").strip() and node.keyword not in ("leaf", "leaf-list"):
        found.append(f"{path_text(here)} is a {node.keyword} and has no value")
    return found


def test_every_filter_asks_for_what_the_release_has(paths, vendor, release):
    whole = filter_of(paths, Release.parse(release))
    assert len(whole) > len(PUBLISHED)
    assert not [one for top in whole for one in strange_in(top, vendor)]


def test_a_filter_that_asks_for_what_is_not_there_or_for_the_value_of_a_container_is_told(vendor):
    native = 'xmlns="http://cisco.com/ns/yang/Cisco-IOS-XE-native"'
    asked = etree.fromstring(f"<native {native}><clock>x<set/></clock></native>")
    assert len(strange_in(asked, vendor)) == 2


def test_a_path_that_does_not_exist_is_not_resolved(paths, vendor):
    assert vendor.resolve(paths.steps("/native:native/clock/set")) is None
