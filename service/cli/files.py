"""`aprejoin files`: which software lies in a folder, whether it is whole; and serve it."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from service.cli.edge import command_edge, json_option, people, print_json
from service.cli.file_server import FileServer, Served, check_certificate, listening, serve
from service.cli.standing import say_ready
from service.config.checksums import CACHE, Checksums
from service.config.software_folder import Listing, SoftwareFolder
from service.domain.documents import Document
from service.domain.inventory import SoftwareSource
from service.domain.software_files import SoftwareFile
from service.errors import InvalidInput, Refused
from service.settings import Settings

IN_TROUBLE = 1
MOST_OTHERS = 20
"""Other files that people are told of."""


@click.command("files")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--serve", "where", metavar="HOST:PORT", help="Serve them by HTTP until Ctrl-C.")
@click.option("--cert", type=click.Path(path_type=Path), help="PEM; with --key: serve by HTTPS.")
@click.option("--key", type=click.Path(path_type=Path), help="Its key, without a password.")
@click.option("--to-the-network", is_flag=True, help="Needed to serve on any address but loopback.")
@json_option
@command_edge
def files_command(
    folder: Path,
    where: str | None,
    cert: Path | None,
    key: Path | None,
    to_the_network: bool,
    as_json: bool,
) -> None:
    """List a folder's controller software by its published names, with checksums and troubles.

    A published checksum vouches for a file: FILE.sha512 or FILE.md5 beside it, or a line in
    SHA512SUMS or MD5SUMS. Checksums are computed once and remembered. --serve serves the files that
    are without trouble, as they were when listed, to whoever can reach the address.

    \b
    Examples:
      aprejoin files images/
      aprejoin files images/ --serve 192.0.2.5:8443 --to-the-network --cert srv.pem --key srv.key

    Exit status: 0, or 1 where a file must not be used (without --serve).
    """
    tls = _tls(cert, key, where)
    source = SoftwareFolder(SoftwareSource(str(folder.absolute())), _checksums())
    with people.status("reading") as status:
        listing = source.listing(on_file=lambda name: status.update(f"reading {name}"))
    if where is None:
        _tell(folder, listing, as_json=as_json)
        sys.exit(IN_TROUBLE if any(file.trouble for file in listing.files) else 0)
    _show(listing)
    app = FileServer(dict(_served(source, listing)), _log)
    if not app.files:
        raise Refused(f"{folder}: there is nothing to serve")

    def ready(address: str) -> None:
        document: dict[str, object] = {"address": address, "served": sorted(app.files)}
        words = f"serving {len(app.files)} files at {address}; Ctrl-C ends it"
        say_ready("files", document, words, as_json=as_json)

    serve(app, listening(where, to_the_network=to_the_network), tls=tls, on_ready=ready)


def file_document(file: SoftwareFile) -> Document:
    """One file."""
    return {
        "name": file.name,
        "platform": file.platform.value,
        "family": file.family,
        "kind": file.kind.value,
        "release": str(file.release),
        "patch": file.patch,
        "size_bytes": file.size_bytes,
        "sha512": file.sha512 or None,
        "md5": file.md5 or None,
        "vouched": file.vouched,
        "trouble": file.trouble,
    }


def _tls(cert: Path | None, key: Path | None, where: str | None) -> tuple[Path, Path] | None:
    if cert is None and key is None:
        return None
    if cert is None or key is None or where is None:
        raise InvalidInput(
            "one without the others", where="--cert", expected="--serve, --cert and --key together"
        )
    check_certificate(cert, key)
    return cert, key


def _checksums() -> Checksums:
    return Checksums(Settings.from_environment().ensure_state_dir() / CACHE)


def _served(source: SoftwareFolder, listing: Listing) -> Iterator[tuple[str, Served]]:
    """What is without trouble, as it stands now, where that is still what was read."""
    good = [(file, source.path_of(file.name)) for file in listing.files if file.trouble is None]
    now = [(file, Served(path, path.lstat())) for file, path in good]
    still = {file.name: file.sha512 for file in source.listing().files if file.trouble is None}
    return ((file.name, one) for file, one in now if still.get(file.name) == file.sha512)


def _log(line: str) -> None:
    people.print(line, markup=False, soft_wrap=True)


def _tell(folder: Path, listing: Listing, *, as_json: bool) -> None:
    if not as_json:
        _show(listing)
        return
    others = [{"name": _plain(name), "reason": reason} for name, reason in listing.others]
    files = [file_document(file) for file in listing.files]
    print_json({"folder": str(folder.absolute()), "files": files, "others": others})


def _show(listing: Listing) -> None:
    if not listing.files:
        _log("no controller software by its published name")
    for file in listing.files:
        _log(f"{file.name}: {_words(file)}")
        if file.trouble:
            people.print(f"  NOT USED: {file.trouble}", style="red", markup=False, soft_wrap=True)
        if file.sha512:
            _log(f"  sha512 {file.sha512}\n  md5 {file.md5}")
    for name, reason in listing.others[:MOST_OTHERS]:
        people.print(f"{_plain(name)}: {reason}", style="dim", markup=False, soft_wrap=True)
    if len(listing.others) > MOST_OTHERS:
        _log(f"and {len(listing.others) - MOST_OTHERS} other files")


def _words(file: SoftwareFile) -> str:
    what = f"{file.kind.value.upper()} {file.patch}" if file.patch else "base image"
    vouched = ", vouched for by a published checksum" if file.vouched else ""
    return f"{file.family} {file.release}, {what}, {file.size_bytes} bytes{vouched}"


def _plain(name: str) -> str:
    """A name as text that can be shown and written anywhere: it may hold anything but a slash."""
    return name if name.isprintable() else ascii(name)
