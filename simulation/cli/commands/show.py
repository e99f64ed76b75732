"""``synergy show``: print a scenario with all that it is made of."""

import argparse

from simulation.cli.arguments import Arguments
from simulation.cli.codes import FINE


def arguments(builder: Arguments) -> None:
    """A file, and a scenario in it."""
    builder.scenario(builder.command("show", "needed"))


def execute(args: argparse.Namespace, language: str) -> int:
    """Print a scenario resolved."""
    from simulation.study.sources.files import load, resolved_yaml

    study = load(args.file, tuple(args.set))
    print(resolved_yaml(study, study.scenario(args.scenario), language), end="")
    return FINE
