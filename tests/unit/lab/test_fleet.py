"""FLEET.yaml: what it becomes, and what is said when it is wrong."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from service.lab.errors import LabError
from service.lab.fleet import CERT_START, from_mapping, load, serial
from service.lab.lab import Lab
from tests.support.guides import ROOT, of

FLEETS = Path(__file__).parents[3] / "service" / "lab" / "fleets"
BOX = {"name": "hq", "release": "17.9.1"}


@pytest.mark.parametrize("name", ["demo", "lookalikes", "software", "staging", "aireos"])
def test_the_shipped_fleets_are_valid(name):
    assert len(load(FLEETS / f"{name}.yaml").controllers) >= 2


def test_a_count_makes_numbered_boxes():
    fleet = from_mapping(
        {"controllers": [{**BOX, "count": 3}, {**BOX, "name": "x-{n}-y", "count": 2}]}
    )
    assert [c.name for c in fleet.controllers] == ["hq-1", "hq-2", "hq-3", "x-1-y", "x-2-y"]


def test_the_same_file_gives_the_same_fleet():
    plain = {"controllers": [{**BOX, "count": 2, "aps": [{"kind": "looping", "count": 5}]}]}
    assert from_mapping(plain) == from_mapping(plain)


def test_macs_are_unique_over_six_thousand_access_points():
    fleet = from_mapping({"controllers": [{**BOX, "aps": [{"kind": "healthy", "count": 6000}]}]})
    aps = fleet.controllers[0].aps
    assert len({ap.mac for ap in aps}) == len({ap.ethernet_mac for ap in aps}) == 6000


def test_timings_go_from_lab_to_box_to_access_point():
    plain = {
        "lab": {"timings": {"boot_s": 1, "download_s": 2}},
        "controllers": [
            {**BOX, "timings": {"boot_s": 5}, "aps": [{"kind": "slow"}, {"kind": "healthy"}]}
        ],
    }
    slow, healthy = from_mapping(plain).controllers[0].aps
    assert (slow.timings.boot_s, slow.timings.download_s) == (5, 30)
    assert healthy.timings.download_s == 2


def test_an_ios_ap_s_image_is_signed_by_the_certificate_that_ran_out():
    aps = [{"kind": "looping"}, {"kind": "healthy"}, {"kind": "looping", "signature": "valid"}]
    found = from_mapping({"controllers": [{**BOX, "aps": aps}]}).controllers[0].aps
    assert [ap.signature for ap in found] == ["sha1", None, None]


def test_dates_of_certificates_are_taken_with_their_zone():
    plain = {**BOX, "certificate": {"start": "2020-01-10T10:00:00Z", "kind": "ssc"}}
    box = from_mapping({"controllers": [plain]}).controllers[0]
    assert box.certificate.start == datetime(2020, 1, 10, 10, tzinfo=UTC)


def test_two_boxes_of_one_name_are_refused():
    with pytest.raises(LabError, match="hq stands twice"):
        from_mapping({"controllers": [BOX, BOX]})


def test_a_mistake_is_told_with_file_line_and_key(tmp_path):
    path = tmp_path / "fleet.yaml"
    path.write_text(
        "controllers:\n  - name: hq-1\n    release: 17.9.1\n    aps:\n      - {kind: odd}\n"
    )
    with pytest.raises(LabError, match=r"fleet\.yaml:5: controllers\.0\.aps\.0.*kind: one of"):
        load(path)


def test_an_unknown_key_is_a_mistake(tmp_path):
    path = tmp_path / "fleet.yaml"
    path.write_text("controllers:\n  - name: hq-1\n    release: 17.9.1\n    colour: red\n")
    with pytest.raises(LabError, match=r":4: controllers\.0\.colour"):
        load(path)


def test_a_release_nobody_has_the_models_of_is_refused(tmp_path):
    fleet = from_mapping({"controllers": [{"name": "hq", "release": "17.15.1"}]})
    with pytest.raises(LabError, match="give a folder"):
        Lab(fleet, state_dir=tmp_path).start()


def test_a_configuration_that_the_release_does_not_know_is_refused(tmp_path):
    wrong = {**BOX, "running_config": "<native xmlns='urn:x'/>"}
    with pytest.raises(LabError, match="hq: its configuration is refused"):
        Lab(from_mapping({"controllers": [wrong]}), state_dir=tmp_path).start()


def test_serial_numbers_tell_when_a_device_was_made():
    aps = [{"kind": "healthy", "cert_start": "2015-06-03T00:00:00Z"}, {"kind": "mic_expired"}]
    made, old = from_mapping({"controllers": [{**BOX, "aps": aps}]}).controllers[0].aps
    assert made.serial.startswith("FCW1923")
    assert old.serial.startswith("FCW1609")
    assert len({made.serial, old.serial, serial("FCW", CERT_START, 7)}) == 3


def test_a_policy_in_the_fleet_stands_in_the_inventory(tmp_path):
    plain = {"controllers": [BOX], "policy": {"loop_after_s": 3}}
    with Lab(from_mapping(plain), state_dir=tmp_path) as lab:
        assert "loop_after_s: 3" in lab.inventory_path.read_text()


def test_a_lab_listens_on_loopback_only():
    with pytest.raises(LabError, match=r"lab\.host"):
        from_mapping({"lab": {"host": "0.0.0.0"}, "controllers": [BOX]})  # noqa: S104


def test_the_shipped_fleet_of_the_tutorial_is_the_one_that_it_tells_to_write():
    (told,) = [one for one in of("yaml", mark="as lab") if one.place.startswith("docs/tutorial")]
    shipped = ROOT / "service" / "lab" / "fleets" / "tutorial.yaml"
    assert yaml.safe_load(shipped.read_text()) == yaml.safe_load(told.text)
    assert len(load(shipped).controllers) == 1
