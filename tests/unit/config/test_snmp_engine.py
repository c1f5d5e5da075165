"""This host's own engine: one name, and a number of starts that only ever grows."""

from service.config.snmp_engine import FILE, next_start


def test_every_start_is_counted_under_one_name(tmp_path):
    identity, starts = next_start(tmp_path)
    assert (len(identity), starts) == (17, 1)
    assert next_start(tmp_path) == (identity, 2)
    assert next_start(tmp_path) == (identity, 3)


def test_a_file_that_says_nothing_that_can_be_is_a_new_engine(tmp_path):
    identity, _ = next_start(tmp_path)
    for bad in ("", "x", f"{identity.hex()}", f"{identity.hex()} -1", "0102 3"):
        (tmp_path / FILE).write_text(bad)
        other, starts = next_start(tmp_path)
        assert (other != identity, starts) == (True, 1)


def test_an_engine_that_has_no_number_left_is_followed_by_another(tmp_path):
    identity, _ = next_start(tmp_path)
    (tmp_path / FILE).write_text(f"{identity.hex()} {2**31 - 2}")
    other, starts = next_start(tmp_path)
    assert (other != identity, starts) == (True, 1)
