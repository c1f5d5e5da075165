"""edit-config: every operation, and what is left when one is refused."""

import pytest
from lxml import etree

from service.lab.errors import RpcRefusedError
from service.lab.yang.edit import canonical, leaves
from tests.unit.lab.support import NTP, Bench, config, editor, servers

ONE = "<server-list><ip-address>192.0.2.1</ip-address></server-list>"
TWO = "<server-list><ip-address>192.0.2.2</ip-address><prefer/></server-list>"


def hosts(bench: Bench) -> list[str]:
    return [a.host for a in bench.box.ntp.configured]


def test_merge_adds_beside_what_is_there():
    bench = Bench()
    bench.edit(servers(TWO))
    assert hosts(bench) == ["192.0.2.1", "192.0.2.2"]


def test_merging_an_entry_keeps_its_other_leaves():
    bench = Bench(ntp=[{"host": "192.0.2.1", "key": 7}])
    bench.edit(servers("<server-list><ip-address>192.0.2.1</ip-address><prefer/></server-list>"))
    (entry,) = bench.box.ntp.configured
    assert (entry.key, entry.prefer) == (7, True)


def test_replacing_an_entry_drops_its_other_leaves():
    bench = Bench(ntp=[{"host": "192.0.2.1", "key": 7}])
    replaced = ONE.replace("<server-list>", '<server-list nc:operation="replace">')
    bench.edit(servers(replaced))
    assert bench.box.ntp.configured[0].key is None


def test_create_refuses_what_exists():
    bench = Bench()
    created = ONE.replace("<server-list>", '<server-list nc:operation="create">')
    assert bench.refused(servers(created)) == "data-exists"


def test_delete_refuses_what_is_missing_and_remove_does_not():
    bench = Bench()
    gone = "<server-list nc:operation='{}'><ip-address>192.0.2.9</ip-address></server-list>"
    assert bench.refused(servers(gone.format("delete"))) == "data-missing"
    assert bench.refused(servers(gone.format("remove"))) == ""
    assert hosts(bench) == ["192.0.2.1"]


def test_removing_the_container_removes_every_form_of_server():
    entries = [
        {"host": "192.0.2.1"},
        {"host": "ntp.example.net", "form": "ip"},
        {"host": "192.0.2.2", "vrf": "Mgmt-intf"},
        {"host": "192.0.2.3", "kind": "peer"},
    ]
    bench = Bench(ntp=entries)
    gone = "".join(f'<{kind} xmlns="{NTP}" nc:operation="remove"/>' for kind in ("server", "peer"))
    bench.edit(f"<ntp>{gone}</ntp>")
    assert hosts(bench) == []


def test_a_container_without_presence_goes_with_its_last_child():
    bench = Bench()
    bench.edit(f'<ntp><server xmlns="{NTP}" nc:operation="remove"/></ntp>')
    assert not any("ntp" in path for path in leaves(bench.box.schema, bench.box.stores.running))


def test_none_refuses_to_walk_through_what_is_missing():
    bench = Bench()
    entry = ONE.replace("<server-list>", '<server-list nc:operation="merge">')
    inside = f"<vrf><name>nowhere</name>{entry}</vrf>"
    assert bench.refused(servers(inside), default="none") == "data-missing"


def test_default_operation_replace_takes_everything_else_away():
    bench = Bench()
    bench.edit(servers(TWO), default="replace")
    assert list(leaves(bench.box.schema, bench.box.stores.running)) == [
        "/native/ntp/server/server-list[ip-address=192.0.2.2]/prefer"
    ]


def test_a_refused_edit_leaves_the_tree_as_it_was():
    bench = Bench()
    before = canonical(bench.box.stores.running)
    half = TWO + ONE.replace("<server-list>", '<server-list nc:operation="create">')
    assert bench.refused(servers(half)) == "data-exists"
    assert canonical(bench.box.stores.running) == before


def test_a_list_entry_without_its_key_is_refused():
    assert Bench().refused(servers("<server-list><prefer/></server-list>")) == "missing-element"


def test_a_value_out_of_range_is_refused():
    wrong = "<server-list><ip-address>192.0.2.1</ip-address><minpoll>3</minpoll></server-list>"
    assert Bench().refused(servers(wrong)) == "invalid-value"


def test_an_element_in_the_wrong_namespace_is_refused():
    assert Bench().refused("<ntp><server><server-list/></server></ntp>") == "unknown-element"
    assert Bench().refused('<ntp><server xmlns="urn:nobody"/></ntp>') == "unknown-namespace"


def test_an_unknown_operation_is_refused():
    assert Bench().refused(servers('<server-list nc:operation="nuke"/>')) == "bad-attribute"


def test_an_attribute_nobody_knows_is_refused():
    assert Bench().refused(servers('<server-list operation="delete"/>')) == "unknown-attribute"


def test_the_same_entry_twice_is_refused():
    assert Bench().refused(servers(ONE + ONE)) == "bad-element"


def test_a_node_of_one_case_drives_out_the_other():
    bench = Bench()
    listed = '<authentication-key xmlns="{}"><number>1</number><{}>x</{}></authentication-key>'
    key = f"<ntp>{listed}</ntp>"
    bench.edit(key.format(NTP, "md5-cfg", "md5-cfg"))
    bench.edit(key.format(NTP, "hmac-sha1", "hmac-sha1"))
    paths = leaves(bench.box.schema, bench.box.stores.running)
    assert "/native/ntp/authentication-key[number=1]/hmac-sha1" in paths
    assert "/native/ntp/authentication-key[number=1]/md5-cfg" not in paths


def test_two_cases_in_one_edit_are_refused():
    cases = "<md5-cfg>x</md5-cfg><hmac-sha1>y</hmac-sha1>"
    listed = f'<authentication-key xmlns="{NTP}"><number>1</number>{cases}</authentication-key>'
    both = f"<ntp>{listed}</ntp>"
    assert Bench().refused(both) == "bad-element"


def test_the_vrf_of_a_server_has_to_exist_in_17_3():
    inside = (
        "<vrf><name>red</name><server-list><ip-address>192.0.2.5</ip-address></server-list></vrf>"
    )
    assert Bench(release="17.3.6").refused(servers(inside)) == "operation-failed"
    assert Bench(release="17.9.1").refused(servers(inside)) == ""


def test_with_the_vrf_there_17_3_takes_the_server():
    bench = Bench(release="17.3.6", ntp=[{"host": "192.0.2.1", "vrf": "red"}])
    assert [a.vrf for a in bench.box.ntp.configured] == ["red"]
    gone = "<vrf nc:operation='remove'/>"
    assert bench.refused(gone) == "operation-failed"


def test_a_box_may_be_told_to_ignore_must_rules():
    inside = (
        "<vrf><name>red</name><server-list><ip-address>192.0.2.5</ip-address></server-list></vrf>"
    )
    assert Bench(release="17.3.6", quirks={"must": "ignore"}).refused(servers(inside)) == ""


def test_obsolete_nodes_are_accepted_unless_the_box_refuses_them():
    inside = (
        "<vrf><name>red</name><server-list><ip-address>192.0.2.5</ip-address>"
        "<source>Vlan10</source></server-list></vrf>"
    )
    assert Bench().refused(servers(inside)) == ""
    assert Bench(quirks={"obsolete": "refuse"}).refused(servers(inside)) == "unknown-element"


def test_state_cannot_be_edited():
    edited = (
        '<config><ntp-oper-data xmlns="http://cisco.com/ns/yang/Cisco-IOS-XE-ntp-oper"/></config>'
    )
    with pytest.raises(RpcRefusedError, match="read only"):
        editor().apply(etree.Element("config"), etree.fromstring(edited))


def test_what_is_not_simulated_is_called_that():
    assert Bench().refused("<snmp-server/>") == "operation-not-supported"


def test_the_edited_tree_is_a_copy():
    tree = etree.Element("config")
    editor().apply(tree, config(servers(ONE)))
    assert len(tree) == 0
