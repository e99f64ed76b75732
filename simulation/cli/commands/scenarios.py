"""``synergy scenarios``: list the scenarios of a study."""

import argparse

from simulation.cli.arguments import Arguments
from simulation.cli.codes import FINE


def arguments(builder: Arguments) -> None:
    """A file, or the case."""
    builder.command("scenarios", "optional", changes=False)


def execute(args: argparse.Namespace, language: str) -> int:
    """List scenarios."""
    from simulation.report.sentences import measures_on
    from simulation.study.sources.files import load

    study = load(args.file)
    width = max(map(len, study.names))
    print(study.title.in_(language))
    for scenario in study.scenarios:
        print(f"  {scenario.name:{width}}  {scenario.called(language)}: {measures_on(scenario, language)}")
    return FINE
