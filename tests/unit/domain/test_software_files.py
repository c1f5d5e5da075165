"""Files with software: what names say, and what is found on the shelf."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.observation import Platform
from service.domain.releases import Release
from service.domain.software_files import (
    FileKind,
    SoftwareFile,
    SoftwareShelf,
    recognized,
    why_unknown,
)

NAMES = {
    "C9800-universalk9_wlc.17.03.06.SPA.bin": ("C9800-universalk9_wlc", "17.3.6", "base", None),
    "C9800-L-universalk9_wlc.17.09.04a.SPA.bin": ("C9800-L", "17.9.4a", "base", None),
    "C9800-80-universalk9_wlc.17.13.01.SPA.bin": ("C9800-80", "17.13.1", "base", None),
    "C9800-40-universalk9_wlc.17.13.01.SPA.bin": ("C9800-40", "17.13.1", "base", None),
    "C9800-CL-universalk9.17.13.01.SPA.bin": ("C9800-CL", "17.13.1", "base", None),
    "CW9800H-wlc-universalk9.17.15.03.SPA.bin": ("CW9800H", "17.15.3", "base", None),
    "C9800-universalk9_wlc.17.03.06.CSCwe10047.SPA.apsp.bin": (
        "C9800-universalk9_wlc", "17.3.6", "apsp", "CSCwe10047",
    ),
    "C9800-CL-universalk9.17.03.04.CSCvz30708.SPA.smu.bin": (
        "C9800-CL", "17.3.4", "smu", "CSCvz30708",
    ),
    "C9800-CL-universalk9.17.03.04.CSCvz10726.SPA.apdp.bin": (
        "C9800-CL", "17.3.4", "apdp", "CSCvz10726",
    ),
    "AIR-CT5520-K9-8-10-183-0.aes": ("AIR-CT5520", "8.10.183.0", "base", None),
    "AIR-CT2500-K9-8-5-182-7.aes": ("AIR-CT2500", "8.5.182.7", "base", None),
    "AIR-CT5500-LDPE-K9-8-5-182-105.aes": ("AIR-CT5500-LDPE", "8.5.182.105", "base", None),
    "AIR-CTVM-K9-8-10-185-0.aes": ("AIR-CTVM", "8.10.185.0", "base", None),
    "AIR-WISM2-K9-8-5-182-0.aes": ("AIR-WISM2", "8.5.182.0", "base", None),
}  # fmt: skip
STRANGERS = {
    "C9800-CL-universalk9.17.12.03.CSCwj96199.SPA.bin": "not a name",  # a bug and no kind
    "C9800-L-universalk9_wlc.17.03.06.SPA.apsp.bin": "not a name",  # a kind and no bug
    "C9800-CL-universalk9_wlc.17.03.06.SPA.bin": "not a name",
    "C9800-L-universalk9_wlc.17.3.6.SPA.bin": "not a name",
    "C9800-L-universalk9_wlc.17.03.06.SPA (1).bin": "not a name",
    "C9800-L-universalk9_wlc.17.03.06.SPA.bin\n": "not a name",
    "../C9800-L-universalk9_wlc.17.03.06.SPA.bin": "not a name",
    "C9800-L-universalk9_wlc.17.03.06.SSA.bin": "development",
    "C9800-L-universalk9_wlc.17.03.06.SPA.bin.part": "not ended",
    "C9800-CL-universalk9.17.13.01.ova": "new installation",
    "C9800-AP-universalk9.17.09.04.SPA.bin": "embedded",
    "C9800-SW-iosxe-wlc.17.09.02.SPA.bin": "embedded",
    "AIR-AP1815-K9-ME-8-10-183-0.aes": "Mobility Express",
    "AIR-CT5500-AP_BUNDLE-K9-8-5-151-0.aes": "bundle",
    "AIR-CT5500-K9-1-9-0-0.aes": "boot loader",
    "AIR-CT5500-K9-1-9-0.aes": "boot loader",
    "cat9k_iosxe.17.09.04a.SPA.bin": "not a name",
    "AIR-CT5520-K9-٨-10-183-0.aes": "not a name",
    "": "not a name",
}
V = Release.parse


@pytest.mark.parametrize("name", NAMES)
def test_a_published_name_tells_family_release_kind_and_patch(name):
    family, release, kind, patch = NAMES[name]

    found = recognized(name)

    assert found is not None
    assert found.platform is (Platform.AIREOS if name.startswith("AIR") else Platform.IOSXE)
    assert (found.family, found.release, found.kind, found.patch) == (
        family,
        V(release),
        FileKind(kind),
        patch,
    )


@pytest.mark.parametrize("name", STRANGERS)
def test_another_name_is_not_guessed_at_and_its_reason_is_told(name):
    assert recognized(name) is None
    assert STRANGERS[name] in why_unknown(name)


@given(st.text(max_size=80))
def test_no_name_breaks_the_recognition(name):
    if recognized(name) is None:
        assert why_unknown(name)
    else:
        assert name.isascii()
        assert not set(name) & set("/ \\%\n")


def test_a_file_is_found_by_family_release_and_patch():
    base, patch = file("C9800-L-universalk9_wlc.17.03.06.SPA.bin"), file(PATCH)
    shelf = SoftwareShelf((file("C9800-80-universalk9_wlc.17.03.06.SPA.bin"), base, patch))

    assert shelf.find(Platform.IOSXE, "C9800-L", V("17.3.6"), None) == base
    assert shelf.find(Platform.IOSXE, "C9800-L", V("17.3.6.0.3895"), None) == base
    assert shelf.find(Platform.IOSXE, "C9800-L", V("17.3.6"), "CSCwe10047") is None
    assert shelf.find(Platform.IOSXE, "C9800-L", V("17.3.6a"), None) is None
    assert shelf.find(Platform.AIREOS, "C9800-L", V("17.3.6"), None) is None
    assert shelf.alike(Platform.IOSXE, V("17.3.6"), "CSCwe10047") == (patch,)


def test_a_file_in_trouble_comes_last_and_a_vouched_one_first():
    plain, bad = file(PATCH), replace(file(PATCH), trouble="truncated", vouched=True)
    vouched = replace(file(PATCH.replace("apsp", "smu")), vouched=True)
    shelf = SoftwareShelf((bad, plain, vouched))

    assert shelf.alike(Platform.IOSXE, V("17.3.6"), "CSCwe10047") == (vouched, plain, bad)


PATCH = "C9800-universalk9_wlc.17.03.06.CSCwe10047.SPA.apsp.bin"


def file(name):
    said = recognized(name)
    assert said is not None
    return SoftwareFile(
        name, said.platform, said.family, said.release, said.kind, said.patch, 9, "aa", "bb"
    )
