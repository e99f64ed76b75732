"""``synergy run``: run one world of one scenario, and print what happens in it."""

import argparse
import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulation.cli.arguments import Arguments
from simulation.cli.codes import FINE
from simulation.text.characters import visible
from simulation.text.i18n import say

if TYPE_CHECKING:
    from simulation.model.organisation import OrganisationModel


def arguments(builder: Arguments) -> None:
    """A scenario, a world, and files for its weeks and its picture."""
    command = builder.command("run", "needed")
    builder.scenario(command)
    command.add_argument(
        "--world", type=builder.count(0, 10**9), default=0, metavar="R", help=builder.help_text("world")
    )
    command.add_argument("--weeks", type=builder.path, metavar="CSV", help=builder.help_text("weeks"))
    command.add_argument("--picture", type=builder.picture, metavar="SVG|PNG", help=builder.help_text("picture"))
    builder.luck(command)
    builder.format(command)

    def verify(args: argparse.Namespace) -> None:
        """Stop with exit code 2 if both are to be written to one file."""
        if args.weeks and args.picture and os.path.realpath(args.weeks) == os.path.realpath(args.picture):
            command.error(builder.help_text("same_file"))

    command.set_defaults(verify=verify)


def execute(args: argparse.Namespace, language: str) -> int:
    """Run one world, and print its events and outcomes."""
    from simulation.model.organisation import OrganisationModel
    from simulation.model.outcomes import OUTCOMES, outcomes_of
    from simulation.report.files import check_file, put_each
    from simulation.report.narrative import carried_out, event_sentence, never_retired, told_end
    from simulation.report.sentences import level
    from simulation.study.sources.files import load

    for path in filter(None, (args.weeks, args.picture)):
        check_file(path)
    study = load(args.file, tuple(args.set))
    scenario = study.scenario(args.scenario)
    model = OrganisationModel(scenario, args.world, args.seed, parameters=args.parameters)
    settled = []
    while model.running:
        model.step()
        settled.append([hand_off.settled for hand_off in model.hand_offs])
    made = _made(args, model, settled, language)
    put_each(made)  # before printing, which fails if the reader has gone
    if args.format != "table":
        print((_json if args.format == "json" else _csv)(args, model), end="")
        return FINE
    for event in model.events:
        print(say("cli.week", language, week=event.week, what=event_sentence(event, scenario, language)))
    notes = never_retired(scenario, model.go_live_week, language), carried_out(scenario, model.fidelity, language)
    print(*filter(None, notes), sep="\n")
    print()
    values = outcomes_of(model.ledger)
    for outcome in OUTCOMES:
        value = values[outcome.name]
        late = outcome.censored and value > study.horizon
        shown = say("result.never", language, horizon=study.horizon) if late else level(value, outcome.name, language)
        print(f"{say(f'outcome.{outcome.name}', language)}: {shown}")
    print(say("result.not_a_forecast", language), "", told_end(values, study.horizon, language), sep="\n")
    if made:
        print(say("cli.wrote", language, path=", ".join(visible(str(path)) for path in made)))
    return FINE


def _json(args: argparse.Namespace, model: "OrganisationModel") -> str:
    """What happened and what it came to, as JSON; null is undefined, or did not come, which ``censored`` lists."""
    import json

    from simulation import __version__
    from simulation.report.export import finite

    values, never = _came(model)
    data = {
        "synergy": __version__,
        "scenario": model.chosen.name,
        "world": args.world,
        "seed": args.seed,
        "parameters": args.parameters,
        "horizon": model.project.horizon,
        "events": [{"week": one.week, "kind": one.kind, "department": one.department} for one in model.events],
        "outcomes": finite(values),
        "censored": never,
    }
    return json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _csv(args: argparse.Namespace, model: "OrganisationModel") -> str:
    """An outcome a line, with its unit and whether it did not come in time; without a value it is empty."""
    import math

    from simulation.model.outcomes import BY_OUTCOME

    lines = ["outcome,value,unit,censored"]
    values, never = _came(model)
    for name, value in values.items():
        shown = "" if math.isnan(value) else repr(float(value))
        lines.append(f"{name},{shown},{BY_OUTCOME[name].unit.name},{str(name in never).lower()}")
    return "\n".join(lines) + "\n"


def _came(model: "OrganisationModel") -> tuple[dict[str, float], list[str]]:
    """The outcomes, nan for what did not come within the horizon, and the names of those that did not."""
    import math

    from simulation.model.outcomes import BY_OUTCOME, outcomes_of

    values = outcomes_of(model.ledger)
    never = [name for name, value in values.items() if BY_OUTCOME[name].censored and value > model.project.horizon]
    return {name: math.nan if name in never else value for name, value in values.items()}, never


def _made(
    args: argparse.Namespace, model: "OrganisationModel", settled: list[list[float]], language: str
) -> dict[Path, bytes]:
    """What is asked for, by the file that it goes to."""
    from simulation.report.narrative import weeks_csv

    made = {args.weeks: weeks_csv(model, language).encode()} if args.weeks else {}
    if args.picture:
        made[args.picture] = _picture(args, model, settled, language)
    return made


def _picture(args: argparse.Namespace, model: "OrganisationModel", settled: Any, language: str) -> bytes:
    """The matrix of hand-offs as a picture of the kind that the file's name ends in."""
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # that it finds no home for its cache is no news
    import numpy as np

    from simulation.report.figures import encoded
    from simulation.report.handoffs import HandOffs
    from simulation.report.matrix import OneWorld, matrix

    hand_offs = HandOffs(model.organisation, np.array(settled, dtype=float))
    of = OneWorld(model.chosen, args.world, args.seed, args.parameters, model.go_live_week)
    return encoded(matrix(hand_offs, of, language), args.picture.suffix.lower().removeprefix("."))
