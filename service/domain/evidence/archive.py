"""The archive: its files, a manifest with their hashes, and bytes that only these files can make.

Nothing is compressed, every date is the same and files are in order of their names: so the archive
can be made again from its files, and one that differs in any byte was changed.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping

MANIFEST, FORM = "manifest.json", 1
LARGEST_BYTES = 512 * 1024 * 1024
THE_SAME_DAY = (1980, 1, 1, 0, 0, 0)  # the earliest that a ZIP archive can say
PLAIN_FILE = 0o100644 << 16
MADE_BY_UNIX = 3


def packed(about: Mapping[str, object], files: Mapping[str, bytes]) -> bytes:
    """An archive of some files.

    Args:
        about: what the manifest says beside the files.
        files: by name.
    """
    listed = {name: _entry(content) for name, content in files.items()}
    manifest = json_bytes({"form": FORM, **about, "files": listed})
    return _zipped({**files, MANIFEST: manifest})


def json_bytes(document: object) -> bytes:
    """A document to read, the same bytes for the same document."""
    text = json.dumps(document, sort_keys=True, indent=1, ensure_ascii=True)
    return (text + "\n").encode("ascii")


def unpacked(archive: bytes) -> dict[str, bytes]:
    """The files of an archive, the manifest among them.

    Raises:
        ValueError: it is none that `packed` could have made.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            entries = opened.infolist()
            names = [one.filename for one in entries]
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ValueError(f"{twice[0]}: it is in the archive twice")
            pressed = [one.filename for one in entries if one.compress_type != zipfile.ZIP_STORED]
            if pressed:
                raise ValueError(f"{pressed[0]}: it was packed by something else")
            return {one.filename: _content(opened, one) for one in entries}
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, RuntimeError) as err:
        raise ValueError(f"no whole archive: {err}") from err


def differences(archive: bytes, files: Mapping[str, bytes]) -> list[str]:
    """What is not as the manifest says: files changed, missing or added, or anything between."""
    listed = manifest_of(files).get("files")
    if not isinstance(listed, dict):
        return [f"{MANIFEST}: it lists no files"]
    here = set(files) - {MANIFEST}
    found = [f"{name}: it is missing" for name in sorted(set(listed) - here)]
    found += [f"{name}: it was added" for name in sorted(here - set(listed))]
    found += [
        f"{name}: it was changed"
        for name in sorted(here & set(listed))
        if listed[name] != _entry(files[name])
    ]
    if not found and _zipped(files) != archive:
        found.append("the archive itself was changed, between or around its files")
    return found


def manifest_of(files: Mapping[str, bytes]) -> dict[str, object]:
    """What the manifest says. Raises ValueError where there is none that we could have made."""
    content = files.get(MANIFEST)
    if content is None:
        raise ValueError(f"{MANIFEST}: it is missing")
    try:
        manifest = json.loads(content)
    except (ValueError, RecursionError) as err:
        raise ValueError(f"{MANIFEST}: it cannot be read: {err}") from err
    if not isinstance(manifest, dict) or manifest.get("form") != FORM:
        raise ValueError(f"{MANIFEST}: expected one of form {FORM}")
    if json_bytes(manifest) != content:
        raise ValueError(f"{MANIFEST}: it was changed")
    return manifest


def _entry(content: bytes) -> dict[str, object]:
    return {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


def _content(opened: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    try:
        return opened.read(entry)
    except zipfile.BadZipFile as err:
        raise ValueError(f"{entry.filename!a}: it was changed: {err}") from err


def _zipped(files: Mapping[str, bytes]) -> bytes:
    """The archive; its comment is the hash of the manifest, which no other file vouches for."""
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_STORED) as opened:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, THE_SAME_DAY)
            entry.external_attr, entry.create_system = PLAIN_FILE, MADE_BY_UNIX
            opened.writestr(entry, files[name])
        opened.comment = hashlib.sha256(files.get(MANIFEST, b"")).hexdigest().encode()
    return output.getvalue()
