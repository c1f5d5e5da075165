from pathlib import Path

import pytest
from platformdirs import user_state_path

from service.errors import InvalidInput
from service.settings import Settings


def test_an_empty_environment_means_sqlite_and_an_embedded_broker_in_the_users_folder():
    found = Settings.from_environment({"APREJOIN_STATE_DIR": "", "APREJOIN_BROKER_URL": ""})
    assert found == Settings.from_environment({})
    assert found.state_dir == user_state_path("aprejoin")
    assert found.database_url == f"sqlite:///{found.state_dir}/aprejoin.sqlite3"
    assert (found.broker_url, found.inventory, found.catalogue) == (None, None, None)
    assert (found.log_level, found.log_format) == ("info", "console")


def test_every_variable_is_taken():
    found = Settings.from_environment(
        {
            "APREJOIN_STATE_DIR": "/var/lib/aprejoin",
            "APREJOIN_DATABASE_URL": "postgresql+psycopg://u:pw@db/aprejoin",
            "APREJOIN_BROKER_URL": "rediss://:pw@broker:6380/0",
            "APREJOIN_INVENTORY": "fleet.yaml",
            "APREJOIN_CATALOGUE": "~/issues",
            "APREJOIN_LOG_LEVEL": "DEBUG",
            "APREJOIN_LOG_FORMAT": "json",
            "APREJOIN_MAX_SESSIONS": "7",
            "APREJOIN_REQUESTS_PER_S": "9",
            "APREJOIN_KEEP_STATES_DAYS": "30",
            "APREJOIN_KEEP_ABSENT_DAYS": "400",
        }
    )
    assert found.state_dir == Path("/var/lib/aprejoin")
    assert found.database_url.startswith("postgresql+psycopg:")
    assert found.broker_url == "rediss://:pw@broker:6380/0"
    assert found.inventory == Path.cwd() / "fleet.yaml"
    assert found.catalogue == Path.home() / "issues"
    assert (found.log_level, found.log_format) == ("debug", "json")
    assert (found.max_sessions, found.requests_per_s) == (7, 9)
    assert (found.retention.states, found.retention.absent) == (30, 400)
    assert not found.inventory_edits  # there may be machines with files of their own


def test_the_inventory_is_changed_by_callers_where_one_machine_has_it_or_somebody_says_so():
    assert Settings.from_environment({}).inventory_edits
    shared = {"APREJOIN_DATABASE_URL": "postgresql://db/a", "APREJOIN_INVENTORY_EDITS": "on"}
    assert Settings.from_environment(shared).inventory_edits
    assert not Settings.from_environment({"APREJOIN_INVENTORY_EDITS": "off"}).inventory_edits


def test_how_long_sessions_hold_is_a_setting_and_a_short_one_is_not_idle_for_longer():
    found = Settings.from_environment({"APREJOIN_SESSION_IDLE_S": "900"})
    assert (found.session_idle_s, found.session_lasts_s) == (900, 43_200)
    found = Settings.from_environment({"APREJOIN_SESSION_LASTS_S": "1800"})
    assert (found.session_idle_s, found.session_lasts_s) == (1800, 1800)
    assert Settings.from_environment(found.as_environment()) == found


@pytest.mark.parametrize(
    ("idle", "lasts", "named"),
    [
        ("299", "", "IDLE"),
        ("86401", "600000", "IDLE"),
        ("for ever", "", "IDLE"),
        ("", "299", "LASTS"),
        ("", "604801", "LASTS"),
        ("nan", "", "IDLE"),
        ("7200", "3600", "LASTS_S: found 3600; expected 7200 to 604800 seconds"),
    ],
)
def test_a_session_is_neither_too_short_to_work_in_nor_for_ever(idle, lasts, named):
    environ = {"APREJOIN_SESSION_IDLE_S": idle, "APREJOIN_SESSION_LASTS_S": lasts}
    with pytest.raises(InvalidInput, match=f"APREJOIN_SESSION_{named}"):
        Settings.from_environment(environ)


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://aprejoin.example", "https://aprejoin.example"),
        ("https://Aprejoin.Example/", "https://aprejoin.example"),
        ("https://aprejoin.example:443", "https://aprejoin.example"),
        ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443"),
        ("http://127.0.0.1:8462", "http://127.0.0.1:8462"),
    ],
)
def test_the_public_address_is_kept_as_browsers_say_it(text, origin):
    found = Settings.from_environment({"APREJOIN_PUBLIC_URL": text})
    assert found.public_url == origin
    assert Settings.from_environment(found.as_environment()) == found


@pytest.mark.parametrize(
    "text",
    [
        "aprejoin.example",
        "http://aprejoin.example",
        "https://aprejoin.example/page",
        "https://aprejoin.example?a",
        "https://u:hunter2@aprejoin.example",
        "https://aprejoin.example:port",
        "https://",
        "javascript:alert(1)",
        "https://a b",
    ],
)
def test_what_is_no_public_address_is_refused(text):
    with pytest.raises(InvalidInput, match="APREJOIN_PUBLIC_URL") as refused:
        Settings.from_environment({"APREJOIN_PUBLIC_URL": text})
    assert "hunter2" not in str(refused.value)


def test_what_the_service_lives_by_is_nobody_elses_to_refer_to():
    environ = {"APREJOIN_OIDC_CLIENT_SECRET": "env:PAGE", "APREJOIN_SECRETS_KEY": "file:/key"}
    found = Settings.from_environment(environ)
    assert {"env:PAGE", "file:/key", "env:APREJOIN_DATABASE_URL"} <= found.own_references
    with pytest.raises(InvalidInput, match="APREJOIN_OIDC_CLIENT_SECRET") as refused:
        Settings.from_environment({"APREJOIN_OIDC_CLIENT_SECRET": "hunter2hunter2"})
    assert "hunter2" not in str(refused.value)


def test_passwords_in_addresses_are_not_printed():
    found = Settings.from_environment(
        {"APREJOIN_DATABASE_URL": "postgresql://u:pw@db/a", "APREJOIN_BROKER_URL": "redis://:pw@b"}
    )
    assert "pw" not in repr(found)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("APREJOIN_DATABASE_URL", "mysql://u:hunter2@db/a"),
        ("APREJOIN_DATABASE_URL", "hunter2"),
        ("APREJOIN_BROKER_URL", "amqp://u:hunter2@b"),
        ("APREJOIN_BROKER_URL", "memory://"),
        ("APREJOIN_MAX_SESSIONS", "0"),
        ("APREJOIN_MAX_SESSIONS", "many"),
        ("APREJOIN_REQUESTS_PER_S", "0"),
        ("APREJOIN_INVENTORY_EDITS", "maybe"),
        ("APREJOIN_LOG_LEVEL", "loud"),
        ("APREJOIN_LOG_FORMAT", "xml"),
        ("APREJOIN_STATE_DIR", "a\0b"),
        ("APREJOIN_INVENTORY", "~nobody-of-that-name/fleet.yaml"),
    ],
)
def test_a_bad_value_is_refused_by_the_name_of_its_variable(variable, value):
    with pytest.raises(InvalidInput, match=variable) as caught:
        Settings.from_environment({variable: value})
    assert "hunter2" not in str(caught.value)


def test_an_address_may_be_in_a_file_and_the_variable_itself_goes_before_it(tmp_path):
    secret = tmp_path / "database_url"
    secret.write_text("postgresql://u:hunter2@db/aprejoin\n")
    from_file = {"APREJOIN_DATABASE_URL_FILE": str(secret)}
    found = Settings.from_environment(from_file)
    assert found.database_url == "postgresql://u:hunter2@db/aprejoin"
    assert "hunter2" not in repr(found)
    both = {**from_file, **found.as_environment(), "APREJOIN_DATABASE_URL": "sqlite:///x"}
    assert Settings.from_environment(both).database_url == "sqlite:///x"


def test_a_file_without_an_address_is_refused_and_never_the_default(tmp_path):
    (tmp_path / "empty").touch()
    for name in ("nowhere", "empty"):
        with pytest.raises(InvalidInput, match="APREJOIN_BROKER_URL_FILE"):
            Settings.from_environment({"APREJOIN_BROKER_URL_FILE": str(tmp_path / name)})


def test_the_key_for_secrets_is_a_reference_and_never_the_key_itself():
    found = Settings.from_environment({"APREJOIN_SECRETS_KEY": "file:/run/secrets/key"})
    assert found.secrets_key == "file:/run/secrets/key"
    assert found.as_environment()["APREJOIN_SECRETS_KEY"] == "file:/run/secrets/key"
    with pytest.raises(InvalidInput, match="APREJOIN_SECRETS_KEY") as refused:
        Settings.from_environment({"APREJOIN_SECRETS_KEY": "hunter2hunter2"})
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("text", ["10.0.0.0/8, 192.0.2.7/32", "fc00::/7"])
def test_networks_that_webhooks_may_go_to_survive_the_way_to_a_child(text):
    found = Settings.from_environment({"APREJOIN_WEBHOOK_NETWORKS": text})
    assert Settings.from_environment(found.as_environment()) == found
    assert len(found.webhook_networks) == text.count(",") + 1


@pytest.mark.parametrize("text", ["10.0.0.1/8", "everything", "10.0.0.0/33"])
def test_what_is_no_network_is_refused(text):
    with pytest.raises(InvalidInput, match="APREJOIN_WEBHOOK_NETWORKS"):
        Settings.from_environment({"APREJOIN_WEBHOOK_NETWORKS": text})
