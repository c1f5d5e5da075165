"""The manifests are of the published form, keep to the restricted kind, and run what there is."""

import json
import shlex
import shutil
import subprocess

import pytest
import yaml

from service.config.inventory import load_inventory
from service.domain.policy import Policy
from service.ports.jobs import STEP_GRACE_S, Lane
from service.supervise import TENDED
from tests.contract.deploy.files import (
    DEPLOY,
    KUBERNETES,
    VARIABLES,
    WITH_FILES,
    Manifest,
    manifests,
    parse,
    published,
    refused,
)

ALL = list(manifests())
RUNNING = [one for one in ALL if one.kind in ("Deployment", "Job")]
PARTS = {one.body["metadata"]["name"].removeprefix("aprejoin-"): one for one in RUNNING}
UID = 10001


def named(one: Manifest) -> str:
    return one.name


def schema_of(kind: str) -> object:
    form = published("kubernetes-1.34.json")
    return {"$ref": f"#/$defs/{form['kinds'][kind]}", "$defs": form["$defs"]}


@pytest.mark.parametrize("one", ALL, ids=named)
def test_every_document_is_of_the_form_that_kubernetes_publishes(one):
    assert refused(one.body, schema_of(one.kind)) == []


def test_a_misspelt_property_would_be_noticed():
    body = json.loads(json.dumps(PARTS["beat"].body))
    body["spec"]["template"]["spec"]["containers"][0]["readOnlyRootFilesystem"] = True
    assert "readOnlyRootFilesystem" in " ".join(refused(body, schema_of("Deployment")))


def test_every_file_of_the_base_is_named_in_it():
    there = {path.name for path in (KUBERNETES / "base").glob("*.yaml")} - {"kustomization.yaml"}
    assert {one.path.name for one in ALL} == there
    assert set(PARTS) == {"api", "worker-poll", "worker-remediate", "beat", "listen", "tables"}


@pytest.mark.parametrize("one", RUNNING, ids=named)
def test_a_pod_runs_as_nobody_and_writes_nowhere_but_into_its_own_folders(one):
    pod, container = one.pod, one.container
    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["securityContext"]["runAsUser"] == UID
    assert f"USER {UID}" in (DEPLOY / "Containerfile").read_text()
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    empty = {one["name"] for one in pod["volumes"] if "emptyDir" in one}
    written = {m["name"] for m in container["volumeMounts"] if not m.get("readOnly")}
    assert written == empty
    assert {m["name"] for m in container["volumeMounts"]} == {v["name"] for v in pod["volumes"]}


@pytest.mark.parametrize("one", RUNNING, ids=named)
def test_a_pod_runs_a_command_that_there_is_and_says_what_it_takes(one):
    parse(one.container["args"])
    assert one.pod["terminationGracePeriodSeconds"] > 0
    assert set(one.container["resources"]["requests"]) >= {"cpu", "memory"}
    assert "memory" in one.container["resources"]["limits"]


def test_the_queues_are_all_taken_and_workers_may_finish_a_step():
    queues = [
        lane
        for part in ("worker-poll", "worker-remediate")
        for lane in parse(PARTS[part].container["args"]).params["queues"]
    ]
    assert sorted(queues) == sorted(Lane)
    for part in ("worker-poll", "worker-remediate"):
        assert PARTS[part].pod["terminationGracePeriodSeconds"] > STEP_GRACE_S + 30


def test_guardians_are_on_different_nodes_and_two_are_left_by_drains_and_upgrades():
    workers = PARTS["worker-remediate"]
    spec = workers.body["spec"]
    wanted = Policy().aireos_guardians
    assert spec["replicas"] - spec["strategy"]["rollingUpdate"]["maxUnavailable"] >= wanted
    assert spec["strategy"]["rollingUpdate"]["maxSurge"] == 0  # no fourth node is needed
    rules = workers.pod["affinity"]["podAntiAffinity"]
    (rule,) = rules["requiredDuringSchedulingIgnoredDuringExecution"]
    assert rule["topologyKey"] == "kubernetes.io/hostname"
    assert rule["labelSelector"]["matchLabels"].items() <= workers.labels.items()
    budgets = [one.body["spec"] for one in ALL if one.kind == "PodDisruptionBudget"]
    mine = [one for one in budgets if one["selector"]["matchLabels"] == workers.labels]
    assert [one["minAvailable"] for one in mine] == [wanted]


def test_there_is_one_schedule_at_a_time():
    assert PARTS["beat"].body["spec"]["replicas"] == 1
    assert PARTS["beat"].body["spec"]["strategy"] == {"type": "Recreate"}


@pytest.mark.parametrize("one", [o for o in RUNNING if o.kind == "Deployment"], ids=named)
def test_a_part_is_probed_by_what_it_tells(one):
    for probe in ("startupProbe", "livenessProbe"):
        asked = one.container[probe]
        if "httpGet" in asked:
            assert asked["httpGet"] == {"path": "/healthz", "port": "http"}
        else:
            assert f"$APREJOIN_STATE_DIR/{TENDED}" in asked["exec"]["command"][-1]


def test_everything_that_selects_selects_something():
    pods = [one.labels for one in RUNNING]
    for one in ALL:
        wanted = one.body.get("spec", {}).get("selector", {})
        wanted = wanted.get("matchLabels", wanted)
        assert any(wanted.items() <= labels.items() for labels in pods), one.name
    ports = {p["name"] for one in RUNNING for p in one.container.get("ports", ())}
    for one in ALL:
        if one.kind == "Service":
            assert {port["targetPort"] for port in one.body["spec"]["ports"]} <= ports


def test_the_ports_are_those_that_the_commands_listen_on():
    api = parse(PARTS["api"].container["args"]).params
    assert [p["containerPort"] for p in PARTS["api"].container["ports"]] == [api["port"]]
    said = " ".join(PARTS["listen"].container["args"])
    for port in PARTS["listen"].container["ports"]:
        assert f":{port['containerPort']}" in said
        assert port["containerPort"] > 1023


def test_settings_are_known_and_no_secret_is_in_any_manifest():
    (settings,) = [one.body["data"] for one in ALL if one.kind == "ConfigMap"]
    assert set(settings) <= VARIABLES | WITH_FILES
    assert not [one.name for one in ALL if one.kind == "Secret"]
    assert not [one.container["name"] for one in RUNNING if "env" in one.container]
    for path in settings.values():
        if path.startswith("/run/secrets/aprejoin/"):
            assert path.rpartition("/")[2] in (KUBERNETES / "README.md").read_text()


def test_the_example_names_what_there_is_and_its_inventory_is_good():
    example = yaml.safe_load((KUBERNETES / "example" / "kustomization.yaml").read_text())
    names = {one.body["metadata"]["name"] for one in ALL}
    assert {one["name"] for one in example["replicas"]} <= names
    assert {one["target"]["name"] for one in example["patches"]} <= names
    fleet = load_inventory(KUBERNETES / "example" / "inventory.yaml")
    assert [one.name for one in fleet.controllers] == ["hq-1"]


def test_the_guide_runs_commands_that_there_are():
    text = (KUBERNETES / "README.md").read_text()
    calls = [line.partition(" -- aprejoin ")[2] for line in text.splitlines()]
    assert [parse(shlex.split(call)).info_name for call in calls if call] == ["create"]


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="no kubectl here")
@pytest.mark.parametrize("folder", ["base", "example"])
def test_kustomize_renders_documents_of_the_published_form(folder):
    ran = subprocess.run(
        ["kubectl", "kustomize", str(KUBERNETES / folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    for body in yaml.safe_load_all(ran.stdout):
        assert refused(body, schema_of(body["kind"])) == [], body["metadata"]["name"]
