"""Files of a box: fetched in earnest from servers on loopback, shown, verified, deleted."""

import asyncio
import hashlib
import threading

import asyncssh
import pytest
from ncclient.xml_ import to_ele

from service.lab.images import make
from tests.contract.lab.file_server import serving
from tests.contract.lab.support import FAST, client, refusal, started, until
from tests.support.certificates import for_loopback

RPC = "http://cisco.com/ns/yang/Cisco-IOS-XE-rpc"
NAME = "C9800-universalk9_wlc.17.09.02.CSCwd87612.SPA.apsp.bin"
DATA = make(NAME)
BOX = {"release": "17.9.2", "timings": FAST}


def copy(url: str, name: str = NAME):
    return to_ele(
        f'<copy xmlns="{RPC}"><source-drop-node-name>{url}</source-drop-node-name>'
        f"<destination-drop-node-name>bootflash:{name}</destination-drop-node-name></copy>"
    )


def delete(name: str = NAME):
    path = f"<filename-drop-node-name>bootflash:{name}</filename-drop-node-name>"
    return to_ele(f'<delete xmlns="{RPC}">{path}</delete>')


@pytest.fixture(scope="module")
def place():
    with serving({NAME: DATA, "notes.txt": b"somebody's notes"}) as address:
        yield address


@pytest.fixture
def stand(tmp_path):
    """A box, its handle and a session."""
    with started(tmp_path, **BOX) as lab, client(lab) as session:
        yield lab.box("hq-1"), session


def test_a_file_is_fetched_shown_verified_and_deleted(stand, place):
    box, session = stand
    assert "bytes copied" in session.dispatch(copy(f"http://{place}/{NAME}")).xml
    assert box.software()["files"] == {NAME: len(DATA)}
    listed = box.cli("dir bootflash:")
    assert f"{len(DATA)}" in listed
    assert f"({box.software()['free_bytes']} bytes free)" in listed
    md5 = hashlib.md5(DATA, usedforsecurity=False).hexdigest()
    assert box.cli(f"verify /md5 bootflash:{NAME}").endswith(f" = {md5}")
    session.dispatch(delete())
    assert "No files in directory" in box.cli("dir bootflash:")
    assert refusal(session.dispatch, delete()).tag == "operation-failed"


def test_a_login_stands_in_the_url_and_in_no_log(stand, place):
    box, session = stand
    refused = refusal(session.dispatch, copy(f"http://mover:wrong@{place}/closed/{NAME}"))
    assert "Permission denied" in refused.message
    assert "wrong" not in refused.message
    session.dispatch(copy(f"http://mover:s3cret@{place}/closed/{NAME}"))
    assert box.software()["files"] == {NAME: len(DATA)}
    assert "s3cret" not in str(box.log)


def test_a_file_that_is_not_there_or_not_whole_is_refused(stand, place):
    box, session = stand
    gone = refusal(session.dispatch, copy(f"http://{place}/nothing.bin"))
    assert gone.message.startswith("%Error opening http://")
    assert refusal(session.dispatch, copy("http://127.0.0.1:1/x")).tag == "operation-failed"
    assert box.software()["files"] == {}
    assert refusal(session.dispatch, copy(f"http://{place}/short/{NAME}")) is not None


def test_a_full_bootflash_takes_nothing(tmp_path, place):
    settings = {**BOX, "flash": {"free_bytes": len(DATA) - 1}}
    with started(tmp_path, **settings) as lab, client(lab) as session:
        refused = refusal(session.dispatch, copy(f"http://{place}/{NAME}"))
        assert "No space left on device" in refused.message
        assert lab.box("hq-1").software()["files"] == {}


def test_a_copy_that_is_cut_leaves_what_came(stand, place):
    box, session = stand
    box.fault("transfer_cut", rpc="copy", percent=50)
    assert refusal(session.dispatch, copy(f"http://{place}/{NAME}")) is not None
    (size,) = box.software()["files"].values()
    assert 0 < size < len(DATA)


def test_a_copy_can_be_altered_without_a_word(stand, place):
    box, session = stand
    box.fault("transfer_corrupt", rpc="copy", percent=50)
    session.dispatch(copy(f"http://{place}/{NAME}"))
    md5 = hashlib.md5(DATA, usedforsecurity=False).hexdigest()
    assert box.software()["files"] == {NAME: len(DATA)}
    assert md5 not in box.cli(f"verify /md5 bootflash:{NAME}")


def test_a_long_copy_grows_and_is_ended_by_the_management_plane(tmp_path, place):
    settings = {**BOX, "timings": {**FAST, "copy_s": 4}, "quirks": {"copy_limit_s": 1}}
    with started(tmp_path, **settings) as lab, client(lab) as session, client(lab) as other:
        box, sizes = lab.box("hq-1"), set()
        waiting = threading.Thread(
            target=lambda: sizes.add(
                refusal(session.dispatch, copy(f"http://{place}/{NAME}")).message
            )
        )
        waiting.start()
        until(lambda: box.software()["files"])
        assert refusal(other.dispatch, copy(f"http://{place}/{NAME}")) is not None
        waiting.join()
        assert sizes == {"application timeout"}
        assert 0 < box.software()["files"][NAME] < len(DATA)


@pytest.mark.parametrize("ends", [True, False])
def test_without_its_session_a_copy_goes_on_or_ends(tmp_path, place, ends):
    quirks = {"copy_ends_with_session": ends}
    settings = {**BOX, "timings": {**FAST, "copy_s": 1.0}, "quirks": quirks}
    with started(tmp_path, **settings) as lab:
        box = lab.box("hq-1")
        with client(lab) as session:
            session.async_mode = True
            session.dispatch(copy(f"http://{place}/{NAME}"))
            until(lambda: box.software()["files"])
            session._session.close()
        until(lambda: f"{NAME} ends" in [e.what for e in box.log])
        assert (box.software()["files"][NAME] < len(DATA)) is ends


def test_a_reload_ends_a_copy(tmp_path, place):
    settings = {**BOX, "timings": {**FAST, "copy_s": 1.0}}
    with started(tmp_path, **settings) as lab:
        box = lab.box("hq-1")
        with client(lab) as session:
            session.async_mode = True
            session.dispatch(copy(f"http://{place}/{NAME}"))
            until(lambda: box.software()["files"])
            box.reload()
            session._session.close()
        until(lambda: f"{NAME} ends" in [e.what for e in box.log])
        assert box.software()["files"][NAME] < len(DATA)


@pytest.mark.parametrize("trusts", [False, True])
def test_a_secure_server_that_nobody_vouches_for_is_believed_by_few(tmp_path, trusts):
    settings = {**BOX, "quirks": {"trusts_any_https": trusts}}
    with (
        serving({NAME: DATA}, for_loopback(tmp_path)) as address,
        started(tmp_path / "state", **settings) as lab,
        client(lab) as session,
    ):
        refused = refusal(session.dispatch, copy(f"https://{address}/{NAME}"))
        assert (refused is None) is trusts
        assert (NAME in lab.box("hq-1").software()["files"]) is trusts


def test_scp_is_spoken_too(stand, tmp_path):
    box, session = stand
    (tmp_path / "share").mkdir()
    (tmp_path / "share" / NAME).write_bytes(DATA)
    ready, done, port = threading.Event(), threading.Event(), []

    class Login(asyncssh.SSHServer):
        def validate_password(self, username, password):
            return (username, password) == ("mover", "s3cret")

        def password_auth_supported(self):
            return True

    async def serve():
        key = asyncssh.generate_private_key("ssh-ed25519")
        server = await asyncssh.listen(
            "127.0.0.1", 0, server_factory=Login, server_host_keys=[key],
            sftp_factory=True, allow_scp=True,
        )  # fmt: skip
        port.append(server.get_port())
        ready.set()
        await asyncio.to_thread(done.wait)
        server.close()
        await server.wait_closed()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    ready.wait(10)
    try:
        place = f"127.0.0.1:{port[0]}/{tmp_path}/share/{NAME}"
        assert refusal(session.dispatch, copy(f"scp://mover:no@{place}")) is not None
        session.dispatch(copy(f"scp://mover:s3cret@{place}"))
    finally:
        done.set()
        thread.join()
    assert box.software()["files"] == {NAME: len(DATA)}


def test_other_ways_are_known_and_not_simulated(stand):
    _, session = stand
    refused = refusal(session.dispatch, copy("tftp://127.0.0.1/x"))
    assert refused.tag == "operation-not-supported"


def test_a_reload_is_refused_while_there_are_unsaved_changes_and_not_forced(tmp_path):
    with started(tmp_path, **BOX, startup_differs=True) as lab, client(lab) as session:
        box = lab.box("hq-1")
        plain, forced = (
            to_ele(f'<reload xmlns="{RPC}"/>'),
            to_ele(
                f'<reload xmlns="{RPC}"><force>true</force><reason>for a test</reason></reload>'
            ),
        )
        assert refusal(session.dispatch, plain).tag == "operation-failed"
        session.dispatch(forced)
        until(lambda: [e.what for e in box.log if e.kind == "reload"] == ["for a test"])
