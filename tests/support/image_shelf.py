"""A folder with one software image for the lab's AireOS boxes, named in the lab's inventory."""

import hashlib
from pathlib import Path

import yaml

from service.lab.aireos.images import image_bytes

NEW, OLD = "8.10.183.0", "8.10.151.0"
NAME = "AIR-CT3504-K9-8-10-183-0.aes"
IMAGE = image_bytes("AIR-CT3504-K9", NEW, 20_000)
WORD = "canary-of-the-file-server"


def with_software(inventory: Path, folder: Path, port: int) -> None:
    """Put the image there, vouched for, and say in the inventory that an FTP server has it."""
    folder.mkdir()
    (folder / NAME).write_bytes(IMAGE)
    (folder / f"{NAME}.sha512").write_text(f"{hashlib.sha512(IMAGE).hexdigest()}  {NAME}\n")
    (inventory.parent / "file-server").write_text(WORD)
    content = yaml.safe_load(inventory.read_text())
    content["credentials"]["filesrv"] = {"username": "wlc", "password": "file:file-server"}
    content["software"] = {
        "folder": str(folder),
        "aireos_url": f"ftp://127.0.0.1:{port}/",
        "credentials": "filesrv",
    }
    inventory.write_text(yaml.safe_dump(content))


def slots(*, default: str, active: str) -> str:
    """What the lab says of slots that hold the new image, and the old one behind it."""
    now = f"primary='{NEW}', backup='{OLD}', default='{default}', active='{active}'"
    before = f"primary='{OLD}', backup='8.5.161.0', default='primary', active='primary'"
    return f"boot images are BootImages({now}), were BootImages({before})"


def without_transfer(left: list[str]) -> list[str]:
    """What differs on a box, but for what of the transfer settings cannot be emptied again."""
    return [line for line in left if "transfer download" not in line]
