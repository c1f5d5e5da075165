"""The file server: listed files as they were, with ranges, and nothing else."""

import asyncio

import httpx
import pytest

from service.cli.file_server import FileServer, Served, listening
from service.errors import InvalidInput

NAME = "AIR-CT5520-K9-8-10-183-0.aes"
CONTENT = bytes(range(256)) * 1000


@pytest.fixture
def image(tmp_path):
    path = tmp_path / NAME
    path.write_bytes(CONTENT)
    (tmp_path / "secret").write_text("not for controllers")
    return path


@pytest.fixture
def told():
    return []


@pytest.fixture
def ask(image, told):
    server = FileServer({NAME: Served(image, image.lstat())}, told.append)

    def asked(method: str, path: str, **headers: str) -> httpx.Response:
        return asyncio.run(_answer(server, method, path, headers))

    return asked


async def _answer(server, method, path, headers):
    transport = httpx.ASGITransport(app=server, client=("192.0.2.10", 4711))
    async with httpx.AsyncClient(transport=transport, base_url="http://h") as client:
        return await client.request(method, path, headers=headers)


def test_a_listed_file_is_sent_whole_and_told_of(ask, told):
    got = ask("GET", f"/{NAME}")

    assert (got.status_code, got.content) == (200, CONTENT)
    assert got.headers["content-type"] == "application/octet-stream"
    (line,) = told
    assert line.startswith(f"192.0.2.10 GET /{NAME}: 200, 256000 of 256000 bytes in ")


def test_its_head_is_told_alone(ask):
    got = ask("HEAD", f"/{NAME}")

    assert (got.status_code, got.content) == (200, b"")
    assert got.headers["content-length"] == str(len(CONTENT))


def test_a_transfer_goes_on_where_it_ended(ask, told):
    got = ask("GET", f"/{NAME}", range="bytes=200000-")

    assert (got.status_code, got.content) == (206, CONTENT[200000:])
    assert "'bytes=200000-': 206, 56000 of 56000 bytes" in told[0]


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/secret",
        "/../secret",
        "/%2e%2e/secret",
        f"/{NAME}/../secret",
        f"//{NAME}",
        f"/{NAME}%00",
        "/etc/passwd",
        "/a%0ab%1b[31m",
    ],
)
def test_nothing_else_is_found_however_it_is_asked_for(ask, told, path):
    got = ask("GET", path)

    assert got.status_code == 404
    assert b"not for controllers" not in got.content
    assert told[0].isprintable()


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PROPFIND", "OPTIONS"])
def test_nothing_is_taken(ask, method):
    assert ask(method, f"/{NAME}").status_code == 405


def test_a_file_that_changed_since_it_was_listed_is_kept_back(ask, image):
    image.write_bytes(CONTENT[::-1])

    assert ask("GET", f"/{NAME}").status_code == 404


def test_a_link_that_took_its_place_is_not_followed(ask, image):
    image.unlink()
    image.symlink_to("secret")

    got = ask("GET", f"/{NAME}")

    assert got.status_code == 404
    assert b"not for controllers" not in got.content


def test_a_file_that_is_gone_is_not_found(ask, image):
    image.unlink()

    assert ask("GET", f"/{NAME}").status_code == 404


@pytest.mark.parametrize("where", ["", "8080", ":8080", "127.0.0.1", "127.0.0.1:", "::1:80", "h:x"])
def test_where_to_listen_has_a_form(where):
    with pytest.raises(InvalidInput, match="HOST:PORT"):
        listening(where, to_the_network=False)


@pytest.mark.parametrize("where", ["0.0.0.0:0", "[::]:0", "192.0.2.5:8443"])
def test_nobody_else_is_let_in_without_a_word_of_it(where):
    with pytest.raises(InvalidInput, match="--to-the-network"):
        listening(where, to_the_network=False)
