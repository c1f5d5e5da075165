"""Secrets go in wherever they can; nothing that comes out has one: answers, logs, store, bundle."""

import io
import json
import logging
from dataclasses import replace

import structlog
from click.testing import CliRunner

from service.cli.main import main
from service.domain.evidence.archive import unpacked
from service.errors import ChangeRefused
from service.queue.embedded_broker import _server_command
from service.settings import Settings
from service.supervise import EVERYBODY, Supervisor
from service.telemetry.logs import configure_logs
from tests.support.canaries import contents, leaks
from tests.support.fake_driver import Line
from tests.support.outside import RecordingSender, outside

V1 = "/api/v1"
DEVICE = "Kanarie-of-the-box-7"
DATABASE, BROKER, FORGED = "Kanarie-of-the-db", "Kanarie-of-redis", "aprejoin_Kanarie-forged-0001"
REPLY = f"% Invalid: username x secret 9 {DEVICE} and <password>{DEVICE}</password>"


def refused(_line: Line, _fate: str, what: str) -> ChangeRefused:
    """A box that repeats what it did not like."""
    return ChangeRefused("hq-1", what, REPLY, error_tag="invalid-value")


def everything(service, where: str) -> dict[str, bytes]:
    """What anybody can read over REST."""
    paths = (
        *(
            "tokens",
            "controllers",
            "controllers/hq-1",
            "sweeps",
            "findings",
            "plans",
            "remediations",
        ),
        *("audit", "audit/verification", "halt", "campaigns", "webhooks", "forecast", "events"),
        *("controllers/hq-1/containments", where, f"{where}/report"),
    )
    root = service.api.as_("root")
    said = {path: root.get(f"{V1}/{path}").content for path in paths}
    archive = root.request("GET", f"{V1}/{where}/report", headers={"Accept": "application/zip"})
    return said | {"bundle": archive.content, **unpacked(archive.content)}


def test_no_secret_comes_out_of_the_service_wherever_it_went_in(service, tmp_path, monkeypatch):
    stream, root = io.StringIO(), logging.getLogger()
    before = root.handlers[:], root.level
    configure_logs(level="debug", form="json", stream=stream)
    try:
        errors, made = [], service.api.as_("root").with_key("k1")
        context = replace(service.api.context, outside=outside(RecordingSender()))
        service.api.set_front(context)
        wish = {"name": "noc", "url": "https://noc.example.net/hook"}
        hook = made.post(f"{V1}/webhooks", wish).json()["secret"]
        new = {"name": "itsm", "role": "operator"}
        token = service.api.as_("root").with_key("k2").post(f"{V1}/tokens", new).json()["clear"]
        for path in ("sweeps", "plans", "remediations/x/cancel"):
            forged = service.api.as_(None, token=FORGED).post(f"{V1}/{path}", {"password": FORGED})
            errors.append(forged.content)
            errors.append(service.vera.post(f"{V1}/{path}", {FORGED: 1}).content)
        monkeypatch.setattr(Line, "change_error", refused)
        service.crew.stage.line.changes = dict.fromkeys(range(99), "refused")
        where = service.remediation().removeprefix(f"{V1}/")
        service.bob.approve(f"{V1}/{where}")
        for _ in range(60):
            rows = service.store.remediations()
            if rows and rows[0].closed is not None:
                break
            service.crew.job(service.worker, where.split("/")[-1])
            service.crew.stage.world.advance(30)
        said = everything(service, where)
    finally:
        root.handlers[:], level = before
        root.setLevel(level)
        structlog.reset_defaults()
    assert any(b"(redacted)" in content for content in said.values())
    said |= {"errors": b"".join(errors), "logs": stream.getvalue().encode()}
    tokens = {f"token of {name}": clear for name, clear in service.api.clear.items()}
    secrets = {**tokens, "webhook": hook, "device": DEVICE, "forged": FORGED, "token": token}
    assert leaks(secrets, said | contents(tmp_path)) == []


def test_no_secret_of_the_settings_is_in_an_error_or_in_the_process_list(tmp_path):
    values = {
        "APREJOIN_STATE_DIR": str(tmp_path),
        "APREJOIN_DATABASE_URL": f"postgresql://me:{DATABASE}@127.0.0.1:9/none",
        "APREJOIN_BROKER_URL": f"redis://:{BROKER}@127.0.0.1:9/0",
    }
    said = {}
    for words in (("audit", "verify"), ("runs",), ("token", "list"), ("report", "x")):
        for more in ((), ("--json",)):
            done = CliRunner().invoke(main, [*words, *more], env=values)
            assert done.exit_code == 1
            said[" ".join((*words, *more))] = (done.stdout + done.stderr).encode()
    assert any(b"127.0.0.1" in one for one in said.values())
    supervisor = Supervisor(Settings.from_environment(values), environ=values)
    commands = [supervisor._worker_command(crew, f"worker-{crew.name}") for crew in EVERYBODY]
    commands.append(supervisor._beat_command())
    listed = [word for command in commands for word in command.argv]
    listed += _server_command(tmp_path / "socket", tmp_path)
    said["process list"] = json.dumps(listed).encode()
    said["settings"] = repr(Settings.from_environment(values)).encode()
    assert leaks({"database": DATABASE, "broker": BROKER}, said) == []
