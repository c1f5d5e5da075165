"""The table of ways, as a terminal of 80 columns shows it."""

from dataclasses import replace

from service.cli import ways
from service.cli.edge import people
from service.domain.plan import Alternative, Estimate
from service.domain.ways import ORDER

FIELDS = dict.fromkeys(Estimate.__dataclass_fields__, 100)
LONGEST = replace(
    Estimate(**FIELDS),
    clients_touched=None,
    false_time_s=1245,
    false_time_at_most_s=9600,
    minutes_at_most=181,
)


TOLD = {"reason": "why", "cost": "cost", "estimate": LONGEST}


def test_no_name_number_or_head_is_cut(capsys, monkeypatch):
    monkeypatch.setattr(people, "width", 80)
    ways.show_ways([Alternative(name, applicable=True, **TOLD) for name in ORDER])
    shown = capsys.readouterr().err
    assert "…" not in shown
    table = shown.split("numbers are estimates")[0]
    for name in (*ORDER, "usable", "minutes", "reloads", "clients", "100 (181)", "(2:40:00)"):
        assert name in table
