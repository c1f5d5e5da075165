import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from service.queue.broker_address import (
    LONGEST_SOCKET_PATH,
    answers,
    client,
    embedded_url,
    socket_path,
)


def test_the_socket_lies_in_the_state_folder_where_its_path_is_short_enough():
    assert socket_path(Path("/var/lib/aprejoin")) == Path("/var/lib/aprejoin/broker.sock")


def test_a_long_folder_gets_a_short_socket_of_its_own_and_always_the_same():
    folders = [Path("/" + "x" * 90 + str(n)) for n in range(2)]
    paths = [socket_path(folder) for folder in folders]
    assert len(set(paths)) == 2
    assert paths == [socket_path(folder) for folder in folders]
    assert all(len(os.fsencode(path)) <= LONGEST_SOCKET_PATH for path in paths)


def test_an_odd_folder_survives_the_address():
    url = embedded_url(Path("/state of mine/50%"))
    assert unquote(urlsplit(url).path) == "/state of mine/50%/broker.sock"
    pool = client(url).connection_pool
    assert pool.connection_kwargs["path"] == "/state of mine/50%/broker.sock"


def test_a_broker_that_is_not_there_does_not_answer():
    assert not answers(embedded_url(Path("/nowhere")))
