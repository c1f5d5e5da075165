"""The schema of a release: shipped with the lab, or generated from a folder of modules.

A generated one is kept in the user's cache folder under a name that changes with the modules.
"""

import hashlib
from pathlib import Path

import platformdirs

from service.lab.errors import LabError
from service.lab.yang import published
from service.lab.yang.schema import Schema, family, of_release, read, shipped


def modules_of(release: str, folder: Path | None) -> Path | None:
    """The folder that holds a release's modules: itself, or its sub-folder for the release.

    Sub-folders are named by digits, as in the public collection: 1791 for 17.9.1.
    """
    if folder is None:
        return None
    if any(folder.glob("*.yang")):
        return folder
    digits = "".join(c for c in family(release) if c.isdigit())
    fitting = sorted(p for p in folder.glob(f"{digits}*") if p.is_dir() and any(p.glob("*.yang")))
    exact = "".join(c for c in release if c.isdigit())
    return next((p for p in fitting if p.name == exact), fitting[0] if fitting else None)


def schema_of(release: str, folder: Path | None) -> Schema:
    """The schema that a box of this release is judged by.

    Raises:
        LabError: neither shipped nor in the folder.
    """
    modules = modules_of(release, folder)
    if family(release) in shipped() or modules is None:
        return of_release(release)
    return _generated(family(release), modules)


def _generated(release: str, modules: Path) -> Schema:
    from service.lab.generate_schema import build, write  # noqa: PLC0415  # pyang is slow to load

    cached = platformdirs.user_cache_path("aprejoin") / "lab-schema"
    path = cached / f"{release}-{_digest(modules)}.json.gz"
    if not path.is_file():
        document = build(modules, release)
        if not document["data"]:
            raise LabError(f"{modules}: no modules of a Catalyst 9800 in it")
        write(document, path)
    return read(path)


def _digest(modules: Path) -> str:
    digest = hashlib.sha256()
    for path in (*sorted(modules.glob("*.yang")), *published.beside(modules)):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
