"""Where the project's collection of device facts lies, for tests that hold code against it."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FACTS = Path(os.environ.get("APREJOIN_DEVICE_FACTS") or ROOT.parent / "shared" / "devices")
IOSXE = FACTS / "iosxe"
RELEASES = {"17.3": "1731", "17.6": "1761", "17.9": "1791", "17.12": "17121"}

needs_modules = pytest.mark.skipif(
    not (IOSXE / "yang").is_dir(),
    reason=f"the device facts are not at {FACTS} (set APREJOIN_DEVICE_FACTS)",
)
