"""The command `aprejoin`: parse, call one use case, render."""

import click


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="aprejoin", prog_name="aprejoin")
def main() -> None:
    """Find access points that a certificate keeps off their Cisco controllers, and mend it."""
