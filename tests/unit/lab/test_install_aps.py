"""Access points while the controller's software changes: who mends, who is stranded, who swaps."""

import pytest

from service.lab.aps.state import Phase
from service.lab.oper.build import ALL
from service.lab.oper.capwap import access_points
from tests.unit.lab.installing import APSP, NEXT, Installing

PATH, BASE = f"bootflash:{APSP}", f"bootflash:{NEXT}"
IOS = "AIR-CAP2702E-E-K9"
OLD_BASE = "C9800-L-universalk9_wlc.17.09.01.SPA.bin"


def bench(*files: object, aps: list[dict], **settings: object) -> Installing:
    found = Installing(*files, aps=aps, **settings)
    found.wait(20)
    return found


def states(found: Installing) -> list:
    return list(found.box.see_aps().states.values())


def later(found: Installing, seconds: float = 30) -> list:
    found.wait(seconds)
    return states(found)


def said(found: Installing, what: str) -> int:
    return found.said("ap").count(what)


def statuses(found: Installing) -> list[str]:
    rows = access_points(found.box, ALL, found.box.advance())["predownload-data"]
    return [row["pred-status"] for row in rows]


def test_a_patch_that_mends_lets_looping_access_points_register():
    found = bench(APSP, aps=[{"kind": "looping"}])
    assert states(found)[0].phase is not Phase.REGISTERED
    found.activated(APSP)
    (state,) = later(found)
    assert state.phase is Phase.REGISTERED
    assert state.version == "17.9.2.151"


def test_one_that_does_not_mend_helps_nobody():
    found = bench({"name": APSP, "mends": False}, aps=[{"kind": "looping"}])
    found.activated(APSP)
    assert later(found)[0].phase is not Phase.REGISTERED


def test_a_patch_sends_away_who_runs_another_image_and_only_its_models():
    aps = [{"kind": "healthy", "model": IOS}, {"kind": "healthy"}]
    found = bench({"name": APSP, "models": ["AIR-CAP27"]}, aps=aps)
    found.activated(APSP)
    ios, cos = later(found)
    assert (ios.counters.disconnects, cos.counters.disconnects) == (2, 0)
    assert (ios.version, cos.version) == ("17.9.2.151", "17.9.2.56")


def test_an_unmended_base_image_strands_ios_access_points_at_true_time():
    file = {"name": BASE.removeprefix("bootflash:"), "mends": False}
    found = bench(file, aps=[{"kind": "healthy", "model": IOS}, {"kind": "healthy"}])
    found.activated(NEXT)
    ios, cos = later(found)
    assert ios.phase is not Phase.REGISTERED
    assert cos.phase is Phase.REGISTERED


@pytest.mark.parametrize(
    ("release", "model", "joins"),
    [
        ("17.06.04", IOS, False),
        ("17.06.04", "IW3702-2E-UXK9", True),
        ("17.06.04", "C9130AXI-E", True),
        ("17.09.04a", IOS, True),
    ],
)
def test_a_release_may_leave_a_model_behind(release, model, joins):
    name = f"C9800-L-universalk9_wlc.{release}.SPA.bin"
    file = {"name": name, "mends": True}
    found = bench(file, release="17.3.6", aps=[{"kind": "healthy", "model": model}])
    found.activated(name)
    (state,) = later(found, 60)
    assert (state.phase is Phase.REGISTERED) is joins
    assert joins or state.text == "Unsupported AP model"


def test_after_an_auto_abort_they_swap_to_the_slot_that_holds_the_old_image():
    found = bench(NEXT, aps=[{"kind": "healthy", "model": IOS}])
    found.activated(NEXT, timer_min=200)
    (state,) = later(found)
    assert (state.version, state.backup) == ("17.9.4.56", "17.9.2.56")
    found.wait(201)
    (state,) = later(found)
    assert (state.phase, state.version) == (Phase.REGISTERED, "17.9.2.56")
    assert said(found, "swapped") == 1


def test_who_holds_no_copy_of_it_is_stranded():
    found = bench(NEXT, aps=[{"kind": "looping"}])
    found.activated(NEXT, timer_min=200)
    assert later(found)[0].phase is Phase.REGISTERED
    found.wait(201)
    assert later(found)[0].phase is not Phase.REGISTERED


def test_a_predownloaded_image_is_swapped_to_and_not_downloaded():
    found = bench(NEXT, aps=[{"kind": "healthy"}])
    found.done("install", path=BASE)
    aps = found.box.see_aps()
    assert aps.predownload(states(found)[0], found.box.advance())
    found.wait(2)
    assert statuses(found) == ["pre-dwnld-in-progress"]
    assert later(found)[0].backup == "17.9.4.56"
    assert statuses(found) == ["pre-dwnld-complete"]
    found.done("activate", path=BASE)
    (state,) = later(found)
    assert (state.phase, state.version) == (Phase.REGISTERED, "17.9.4.56")
    assert (said(found, "downloading"), said(found, "swapped")) == (0, 1)
    assert statuses(found) == []


def test_a_predownload_fails_for_ios_access_points_unless_the_image_mends():
    for mends, wanted in ((False, "pre-dwnld-failed"), (True, "pre-dwnld-complete")):
        file = {"name": NEXT, "mends": mends}
        found = bench(file, aps=[{"kind": "healthy", "model": IOS}])
        found.done("install", path=BASE)
        found.box.see_aps().predownload(states(found)[0], found.box.advance())
        assert later(found)[0].phase is Phase.REGISTERED
        assert statuses(found) == [wanted]


def test_nothing_is_predownloaded_before_something_is_added():
    found = bench(NEXT, aps=[{"kind": "healthy"}])
    assert not found.box.see_aps().predownload(states(found)[0], found.box.advance())


def test_who_goes_away_in_a_predownload_leaves_the_list():
    found = bench(NEXT, aps=[{"kind": "healthy"}])
    found.done("install", path=BASE)
    aps, (state,) = found.box.see_aps(), states(found)
    aps.predownload(state, found.box.advance())
    aps.reset(state, found.box.advance())
    assert statuses(found) == []


def test_a_swap_is_for_the_next_reboot():
    found = bench(aps=[{"kind": "healthy", "backup": "17.9.1.56"}])
    aps, (state,) = found.box.see_aps(), states(found)
    aps.swap(state, found.box.advance())
    assert state.version == "17.9.2.56"
    aps.reset(state, found.box.advance())
    assert (state.version, state.backup) == ("17.9.1.56", "17.9.2.56")


def test_a_patch_with_a_filter_reaches_its_sites_first_and_the_others_when_it_is_cleared():
    aps = [{"kind": "looping", "site_tag": site} for site in ("a", "b", "c")]
    found = bench(APSP, aps=aps)
    found.done("install", path=PATH)
    filters = found.box.software.filters
    filters.add(APSP, "a")
    found.done("activate", path=PATH)
    found.done("install-commit")
    assert [s.phase is Phase.REGISTERED for s in later(found)] == [True, False, False]
    filters.add(APSP, "b")
    filters.reach(APSP)
    assert [s.phase is Phase.REGISTERED for s in later(found)] == [True, True, False]
    assert not filters.remove(APSP, "a")
    filters.clear(APSP)
    assert [s.phase is Phase.REGISTERED for s in later(found)] == [True, True, True]


def test_a_patch_that_was_taken_back_has_reached_nobody():
    found = bench(APSP, aps=[{"kind": "healthy", "model": IOS, "site_tag": "a"}])
    found.done("install", path=PATH)
    found.box.software.filters.add(APSP, "a")
    found.done("activate", path=PATH)
    found.done("abort")
    assert found.box.software.filters.filters[APSP].reached == set()
    assert later(found)[0].version == "17.9.2.56"


def test_only_the_filter_s_sites_load_beforehand():
    aps = [{"kind": "healthy", "site_tag": site} for site in ("a", "b")]
    found = bench(APSP, aps=aps)
    found.done("install", path=PATH)
    found.box.software.filters.add(APSP, "a")
    began = [found.box.see_aps().predownload(s, found.box.advance()) for s in states(found)]
    assert began == [True, False]
