from datetime import UTC, datetime

import pytest

from service.domain.serials import made


@pytest.mark.parametrize(
    ("serial", "last_day"),
    [
        ("FGL1830X0AB", datetime(2014, 7, 27, tzinfo=UTC)),
        ("fjc2201x0ab", datetime(2018, 1, 7, tzinfo=UTC)),
        (" FJC2701X0AB ", datetime(2023, 1, 8, tzinfo=UTC)),
        ("FCW2452X0AB", datetime(2020, 12, 27, tzinfo=UTC)),
        ("FCW2453X0AB", datetime(2020, 12, 27, tzinfo=UTC)),  # week 53: not in every year
        ("FCW2400X0AB", datetime(2020, 1, 5, tzinfo=UTC)),
    ],
)
def test_a_serial_number_tells_the_last_day_of_its_week(serial, last_day):
    assert made(serial) == last_day


@pytest.mark.parametrize("serial", [None, "", "unknown", "FGL18X0AB", "1234567890A", "FGL1899X0AB"])
def test_what_is_no_such_number_tells_nothing(serial):
    assert made(serial) is None
