"""The lab's software files: told by their content, whole or not, in pieces of any size."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.lab.errors import LabError
from service.lab.images import Intake, base_name, family_of, make, named, taken_in
from tests.unit.lab.installing import APSP, NEXT

IMAGE = make(APSP)


def in_pieces(data: bytes, size: int):
    intake = Intake()
    for start in range(0, len(data), size):
        intake.feed(data[start : start + size])
    return intake.finish(APSP)


@given(st.integers(1, 5000))
def test_the_size_of_the_pieces_does_not_matter(size):
    assert in_pieces(IMAGE, size) == taken_in(APSP, IMAGE)


@given(st.integers(0, len(IMAGE) - 1))
def test_a_file_that_was_cut_is_never_taken_for_a_whole_one(length):
    file = taken_in(APSP, IMAGE[:length])
    assert file.trouble == "truncated" or file.image is None


@given(st.integers(0, len(IMAGE) - 1) | st.integers(0, IMAGE.index(b"}")), st.integers(1, 255))
@example(IMAGE.index(b'"bytes"') + 1, 1)
def test_a_file_that_was_altered_is_never_taken_for_the_one_it_was(place, by):
    altered = bytearray(IMAGE)
    altered[place] ^= by
    file = taken_in(APSP, bytes(altered))
    whole = taken_in(APSP, IMAGE)
    assert file.trouble or file.image is None or file.sha512 != whole.sha512


@given(st.binary(max_size=200))
def test_any_other_bytes_are_no_image(data):
    assert taken_in("notes.bin", data).image is None


def test_a_name_says_platform_release_patch_and_whether_it_mends():
    patch, base = named(APSP), named(NEXT)
    assert (patch.family, patch.release, patch.kind, patch.patch, patch.mends) == (
        "C9800", "17.9.2", "apsp", "CSCwd87612", True,
    )  # fmt: skip
    assert (base.family, base.release, base.kind, base.patch, base.version) == (
        "C9800-L", "17.9.4a", "img", None, "17.09.04a.0.3895",
    )  # fmt: skip
    assert not named("C9800-CL-universalk9.17.09.02.SPA.bin").mends


@pytest.mark.parametrize("name", ["x.bin", "C9800-universalk9_wlc.17.09.02.SPA.apsp.bin", "../a"])
def test_what_is_no_software_file_s_name_is_refused(name):
    with pytest.raises(LabError):
        make(name)


@pytest.mark.parametrize(
    ("model", "family"),
    [("C9800-L-C-K9", "C9800-L"), ("C9800-CL-K9", "C9800-CL"), ("C9800-40-K9", "C9800-40")],
)
def test_a_controller_takes_the_images_of_its_family(model, family):
    assert family_of(model) == family
    assert named(base_name(model, "17.9.4a")).family == family
