import re

import pytest

from service.config.cron_text import checked_cron


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "0 fields"),
        ("* * * * * *", "6 fields"),
        ("60 * * * *", "'60' as minute"),
        ("* 24 * * *", "'24' as hour"),
        ("* * 0 * *", "'0' as day of the month"),
        ("* * * 13 *", "'13' as month"),
        ("* * * * 7", "'7' as day of the week"),
        ("* * * mon *", "'mon' as month"),
        ("* * * * jan", "'jan' as day of the week"),
        ("*/0 * * * *", "'*/0' as minute"),
        ("5/10 * * * *", "'5/10' as minute"),
        ("*/ * * * *", "'*/' as minute"),
        ("1,,2 * * * *", "'' as minute"),
        ("-5 * * * *", "'' as minute"),
        ("1-2-3 * * * *", "'2-3' as minute"),
        ("\u0663 * * * *", "as minute"),
        ("* * 31 feb,apr *", "day 31, which none of the months has"),
    ],
)
def test_a_line_that_would_never_run_is_refused_by_field(text, found):
    with pytest.raises(ValueError, match=re.escape(found)):
        checked_cron(text)


def test_the_29th_of_february_comes_sometimes():
    assert checked_cron("0 0  29 2 *") == "0 0 29 2 *"
