"""``synergy schema``: print the file format as a JSON Schema."""

import argparse

from simulation.cli.arguments import Arguments
from simulation.cli.codes import FINE


def arguments(builder: Arguments) -> None:
    """Nothing but the language."""
    builder.command("schema", None)


def execute(args: argparse.Namespace, language: str) -> int:
    """Print the schema."""
    import json

    from simulation.study.build.schema import schema

    print(json.dumps(schema(language), indent=2))
    return FINE
