"""The reference of metrics in docs/signals.md, made of the catalogue.

`python -m tests.support.signals_reference` writes it anew.
"""

from pathlib import Path

from service.telemetry.metrics.catalogue import METRICS, Metric

GUIDE = Path(__file__).parents[2] / "docs" / "signals.md"
BEGIN, END = "<!-- reference -->\n", "<!-- end of reference -->\n"


def reference() -> str:
    """The table."""
    head = "| metric | kind | labels | series | meaning |\n| --- | --- | --- | --- | --- |\n"
    return head + "".join(_row(one) for one in METRICS)


def _row(one: Metric) -> str:
    labels = ", ".join(f"`{label}`" for label in one.labels)
    whose = " Of this process." if one.per_process else ""
    return f"| `{one.name}` | {one.kind} | {labels} | {one.bound} | {one.help}{whose} |\n"


def with_reference(guide: str) -> str:
    """The guide with today's table between its marks."""
    before, _, rest = guide.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{reference()}\n{END}{after}"


if __name__ == "__main__":
    GUIDE.write_text(with_reference(GUIDE.read_text("utf-8")), "utf-8")
