"""The command `aprejoin`: parse, call one use case, render."""

import click

from service.cli.check import check_command, yang
from service.cli.demo import demo_command
from service.cli.init import init_command
from service.cli.lab import lab
from service.cli.plan import approve_command, plan_command
from service.cli.remediate import remediate_command, restore_command
from service.cli.runs import runs_command
from service.cli.sweep import sweep_command


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="aprejoin", prog_name="aprejoin")
def main() -> None:
    """Find access points that a certificate keeps off their Cisco controllers, and mend it."""


main.add_command(demo_command)
main.add_command(init_command)
main.add_command(check_command)
main.add_command(sweep_command)
main.add_command(plan_command)
main.add_command(approve_command)
main.add_command(remediate_command)
main.add_command(restore_command)
main.add_command(runs_command)
main.add_command(lab)
main.add_command(yang)
