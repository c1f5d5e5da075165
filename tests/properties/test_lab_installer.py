"""Whatever befalls the lab's installer, and in whatever order: it never rests between two sets."""

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from service.lab.box.install_operation import Mischief
from service.lab.box.software import Software
from service.lab.oper.build import ALL, grow
from service.lab.oper.install import install_oper
from service.lab.yang.check import Checker, Kind
from tests.unit.lab.installing import APSP, NEXT, Installing

PATHS = [f"bootflash:{name}" for name in (APSP, NEXT, "nothing.bin")]
LONGEST_TIMER = 400  # more than any timer of these requests lasts on the bench
requests = st.one_of(
    st.tuples(
        st.sampled_from(["install", "activate", "deactivate", "remove"]),
        st.fixed_dictionaries({"path": st.sampled_from(PATHS)}),
    ),
    st.tuples(
        st.sampled_from(["install", "activate"]),
        st.fixed_dictionaries(
            {
                "path": st.sampled_from(PATHS),
                "one_shot": st.booleans(),
                "timer_min": st.sampled_from([None, 30, 120]),
            }
        ),
    ),
    st.tuples(
        st.sampled_from(["install-commit", "abort"]),
        st.just({}),
    ),
    st.tuples(
        st.just("rollback"),
        st.fixed_dictionaries({"rollback": st.sampled_from(["base", "committed", "id"])}),
    ),
)
mischief = st.builds(
    Mischief,
    st.sampled_from(["op_hang", "op_fail", "op_revert", "op_confirm", "boot_old"]),
    st.integers(0, 100),
    st.floats(0, 60),
)
events = st.one_of(
    requests,
    requests,
    st.tuples(st.just("wait"), st.floats(0, 60)),
    st.tuples(st.just("befalls"), mischief),
    st.tuples(st.sampled_from(["reload", "switchover", "auto_abort"]), st.none()),
    st.tuples(st.just("confirm"), st.booleans()),
    st.tuples(st.just("delete"), st.sampled_from([APSP, NEXT])),
)

START = [("install", {"path": PATHS[0]}), ("wait", 20.0), ("activate", {"path": PATHS[0]})]
BASE = [("install", {"path": PATHS[1]}), ("wait", 20.0), ("activate", {"path": PATHS[1]})]
starts = st.sampled_from([[], START, BASE, [*BASE, ("wait", 20.0)], [*START, ("wait", 20.0)]])
"""Most stories end before anything is activated unless they begin well."""


def happen(bench: Installing, what: str, how: object) -> None:
    """Let one thing happen; a refusal is an answer, too."""
    box, now = bench.box, bench.box.advance()
    others = {
        "wait": lambda: bench.wait(how),
        "befalls": lambda: setattr(bench.installer, "mischief", how),
        "reload": lambda: box.reload(now, "somebody"),
        "switchover": lambda: box.switchover(now),
        "auto_abort": lambda: bench.installer.auto_abort(now),
        "delete": lambda: box.flash.delete(how),
        "confirm": lambda: bench.installer.confirm(now, proceed=how),
    }
    if what in others:
        others[what]()
    else:
        bench.refuses(what, **how)


def told(bench: Installing) -> None:
    """What the box tells fits its models, whatever it is in the middle of."""
    schema = bench.box.schema
    (node,) = [n for n in schema.data.values() if n.name == "install-oper-data"]
    data = etree.Element("data")
    data.append(grow(node, ALL, install_oper(bench.box, bench.box.advance())))
    Checker(schema).tops(data, schema.data, Kind.DATA)


def at_rest(bench: Installing) -> Software:
    """The books once nobody has done anything for longer than anything takes."""
    if bench.installer.now is not None:
        bench.installer.confirm(bench.box.advance(), proceed=False)
    for _ in range(4):
        bench.wait(LONGEST_TIMER)
    return bench.box.software


@settings(max_examples=40, deadline=None)
@given(starts, st.lists(events, max_size=10))
def test_left_alone_it_comes_to_rest_on_what_is_committed(start, story):
    bench = Installing(APSP, NEXT)
    for what, how in [*start, *story]:
        happen(bench, what, how)
        told(bench)
    software = at_rest(bench)
    assert bench.installer.now is None
    assert software.running == software.committed
    assert bench.installer.timer.countdown is None
    assert bench.box.release == software.committed.base.release
    known = set(software.known)
    sets = {software.committed.base.name, *(p.name for p in software.committed.patches)}
    assert sets <= known


@settings(max_examples=20, deadline=None)
@given(starts, st.lists(events, max_size=10))
def test_only_a_commit_changes_what_is_committed(start, story):
    bench = Installing(APSP, NEXT)
    before = bench.committed
    for what, how in [*start, *story]:
        commits = what == "install-commit" or (isinstance(how, dict) and how.get("one_shot"))
        if not commits:
            happen(bench, what, how)
    at_rest(bench)
    assert bench.committed == before
