"""``synergy scenarios``: list the scenarios of a study."""

import argparse

from simulation.cli.arguments import Arguments
from simulation.cli.codes import FINE


def arguments(words: Arguments) -> None:
    """A file, or the case."""
    words.command("scenarios", "optional", changes=False)


def execute(asked: argparse.Namespace, language: str) -> int:
    """List scenarios."""
    from simulation.report.sentences import measures_on
    from simulation.study.sources.files import load

    study = load(asked.file)
    width = max(map(len, study.names))
    print(study.title.in_(language))
    for one in study.scenarios:
        print(f"  {one.name:{width}}  {one.called(language)}: {measures_on(one, language)}")
    return FINE
