"""What the shipped matrices lead to, controller by controller."""

import pytest

from service.domain.observation import Platform
from service.domain.releases import Release
from service.domain.software import Support
from service.domain.upgrade import NoWay, UpgradePath, shortest_path
from service.domain.upgrade_ground import Installed
from service.domain.upgrade_words import UNBACKED, told
from tests.support.cases import catalogue

OLD, RUGGED, OLDER, NEW = "AIR-CAP2702E-E-K9", "IW3702-2E-E-K9", "AIR-CAP2602I-E-K9", "C9120AXI-E"
MATRIX = catalogue().software


def way(platform: str, release: str, *models: str | None, **fields) -> UpgradePath | NoWay:
    issue = catalogue().get("FN72524")
    assert issue is not None
    start = Installed(
        Platform(platform), Release.parse(release), models=frozenset(models), **fields
    )
    return shortest_path(MATRIX, issue, start)


def steps(found: UpgradePath | NoWay) -> list[str]:
    assert isinstance(found, UpgradePath), found
    return [f"{step.release} {step.patch.name}" if step.patch else str(step.release)
            for step in found.steps]  # fmt: skip


@pytest.mark.parametrize(
    ("platform", "release", "models", "expected", "is_sure"),
    [
        ("iosxe", "17.3.4c", [OLD], ["17.3.6", "17.3.6 APSP7"], True),
        ("iosxe", "16.12.5", [OLD], ["17.3.6", "17.3.6 APSP7"], True),
        ("iosxe", "17.3.6", [OLD, NEW], ["17.3.6 APSP7"], True),
        ("iosxe", "17.03.06.0.4500", [OLD], ["17.3.6 APSP7"], True),
        ("iosxe", "17.6.1", [RUGGED], ["17.6.4", "17.6.4 APSP1"], True),
        ("iosxe", "17.9.1", [RUGGED, NEW], ["17.9.2", "17.9.2 APSP1"], True),
        ("iosxe", "17.9.1", [OLD], ["17.9.3"], False),
        ("iosxe", "17.6.4", [OLD], ["17.9.3"], False),
        ("aireos", "8.10.162.0", [OLD, NEW], ["8.10.183.0"], True),
        ("aireos", "8.5.182.0", [OLD, OLDER], ["8.5.182.7"], False),
        ("aireos", "8.5.182.104", [OLDER], ["8.5.182.105"], False),
    ],
)
def test_the_shipped_matrix_leads(platform, release, models, expected, is_sure):
    found = way(platform, release, *models)
    assert steps(found) == expected
    assert isinstance(found, UpgradePath)
    assert found.is_sure is is_sure
    assert (UNBACKED in told(UpgradePath(found.steps, found.is_sure), Platform(platform))) is (
        not is_sure
    )


@pytest.mark.parametrize(
    ("release", "patches"),
    [
        ("17.3.6", ("C9800-L-universalk9_wlc.17.03.06.CSCwe10047.SPA.apsp.bin",)),
        ("17.3.6", ("C9800-universalk9_wlc.17.03.06.CSCwd83653.SPA.apsp.bin",)),
    ],
)
def test_who_has_the_fix_has_nothing_to_do(release, patches):
    found = way("iosxe", release, OLD, patches=patches)
    assert steps(found) == []
    assert told(found, Platform.IOSXE) == "the running software carries the fix"


def test_a_controller_that_ends_with_8_5_is_not_sent_to_8_10():
    new = way("aireos", "8.5.182.0", OLD, hardware="AIR-CT5520-K9")
    old = way("aireos", "8.5.182.0", OLD, hardware="AIR-CT2504-K9")
    assert (steps(new), steps(old)) == (["8.10.183.0"], ["8.5.182.7"])
    assert "what this controller is was not read" in told(
        way("aireos", "8.5.182.0", OLD), Platform.AIREOS
    )


def test_on_aireos_stuck_aps_and_a_false_clock_come_first():
    assert "only when no AP is stuck" in told(way("aireos", "8.10.162.0", OLD), Platform.AIREOS)


def test_a_leap_of_releases_sends_to_the_release_notes_and_a_patch_does_not():
    assert "Upgrade Path" in told(way("iosxe", "17.3.4", OLD), Platform.IOSXE)
    assert "Upgrade Path" not in told(way("iosxe", "17.3.6", OLD), Platform.IOSXE)


def test_a_release_that_leaves_models_behind_is_named_with_them():
    found = way("iosxe", "17.3.4", OLDER, NEW)
    assert isinstance(found, NoWay)
    assert any(r.startswith("17.3.6") and f"no support for AP models {OLDER}" in r
               for r in found.reasons)  # fmt: skip


@pytest.mark.parametrize("model", [None, "AIR-OEAP9999", "CW9178I"])
def test_a_model_that_the_data_do_not_know_is_unknown_and_not_supported(model):
    found = way("iosxe", "17.3.4", OLD, model)
    assert isinstance(found, NoWay)
    assert "not known" in " ".join(found.reasons)


def test_a_patch_of_the_running_release_leaves_nobody_behind():
    assert steps(way("iosxe", "17.3.6", OLD, "CW9178I")) == ["17.3.6 APSP7"]


@pytest.mark.parametrize("release", ["17.9.4a", "17.12.1"])
def test_a_release_that_may_carry_the_fix_is_not_sent_to_another_that_may(release):
    assert "may carry the fix" in told(way("iosxe", release, OLD), Platform.IOSXE)


def test_releases_from_which_no_upgrade_is_known_say_so():
    assert "not known to be installed over 8.3.150.0" in told(
        way("aireos", "8.3.150.0", OLD), Platform.AIREOS
    )


def test_without_an_affected_model_there_is_nothing_to_look_for():
    assert isinstance(way("iosxe", "17.3.4", NEW), NoWay)


def test_what_a_download_exposes_aps_to_is_told_with_the_steps():
    found = way("iosxe", "17.3.4", OLD, NEW)
    assert isinstance(found, UpgradePath)
    base, patch = found.steps
    assert [(e.name, e.models) for e in base.exposes] == [
        ("FN74109", (NEW,)),
        ("FN72524", (OLD,)),
    ]
    assert [e.name for e in patch.exposes] == ["FN74109"]
    assert "CSCvx32806" in patch.closes
    assert f"17.3.6 and APSP7: AP models {NEW} meet FN74109" in told(found, Platform.IOSXE)


def test_a_danger_that_no_document_dates_says_so():
    assert "FN70330, check and mend the flash first" in told(
        way("aireos", "8.5.182.0", OLD), Platform.AIREOS
    )
    assert "(unverified for this release)" in told(way("aireos", "8.5.182.0", OLD), Platform.AIREOS)


def test_a_later_release_that_exposes_less_is_named_beside_the_sure_path():
    found = way("iosxe", "17.3.4", OLD, NEW)
    assert isinstance(found, UpgradePath)
    assert found.instead is not None
    assert steps(found.instead) == ["17.3.7"]
    assert "or at once 17.3.7" in told(found, Platform.IOSXE)


def test_a_closed_bug_takes_its_danger_away():
    patched = ("x.CSCwe10047.SPA.apsp.bin",)
    issue = catalogue().get("FN72524")
    assert issue is not None
    closed = MATRIX.closed_in(Platform.IOSXE, Release.parse("17.3.6"), patched)
    (trouble,) = (one for one in MATRIX.troubles if one.name == "FN74109")
    assert trouble.lurks_in(Release.parse("17.3.6"), ())
    assert not trouble.lurks_in(Release.parse("17.3.6"), closed)
    assert not trouble.lurks_in(Release.parse("17.3.7"), ())


def test_iw3702_is_none_of_the_3700s():
    at = Release.parse("17.6.4")
    assert MATRIX.support(Platform.IOSXE, at, "IW3702-2E-E-K9") is Support.YES
    assert MATRIX.support(Platform.IOSXE, at, "AIR-CAP3702E-E-K9") is Support.NO


def test_every_release_that_the_notice_names_can_be_installed_and_closes_it():
    """The two matrices agree: a target with its patches carries the fix, sure or not."""
    issue = catalogue().get("FN72524")
    assert issue is not None
    for target in MATRIX.targets:
        files = tuple(patch.file for patch in target.patches)
        model = RUGGED if target.release.train in {(17, 6), (17, 9)} else OLD
        assert issue.fix_in(target.platform, target.release, files, model) != "no", target.release
    for line in issue.fixed:
        held = [
            target
            for target in MATRIX.targets
            if target.platform is line.platform
            and line.fixes(target.release, [p.file for p in target.patches], RUGGED)
        ]
        assert held, line.rule


def test_every_affected_model_of_the_notice_is_in_a_family_on_both_platforms():
    issue = catalogue().get("FN72524")
    assert issue is not None
    for model in ("3702E", "2702I", "1702I", "1572EAC", "702W", "1532I", "1552E", "3602I", "2602I",
                  "1602I", "3502I", "AP802GN", "AP803", "IW3702"):  # fmt: skip
        assert issue.affects(model), model
        for platform in Platform:
            families = [f.name for f in MATRIX.families if f.platform is platform
                        and any(p.search(model) for p in f.models)]  # fmt: skip
            assert len(families) == 1, (model, platform, families)
