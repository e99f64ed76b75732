"""``synergy run``: run one world of one scenario, and print what happens in it."""

import argparse

from simulation.cli.arguments import Arguments
from simulation.cli.codes import FINE
from simulation.text.characters import visible
from simulation.text.i18n import say


def arguments(builder: Arguments) -> None:
    """A scenario, a world, and a file for its weeks."""
    command = builder.command("run", "needed")
    builder.scenario(command)
    command.add_argument(
        "--world", type=builder.count(0, 10**9), default=0, metavar="R", help=builder.help_text("world")
    )
    command.add_argument("--weeks", type=builder.path, metavar="CSV", help=builder.help_text("weeks"))
    builder.luck(command)


def execute(args: argparse.Namespace, language: str) -> int:
    """Run one world, and print its events and outcomes."""
    from simulation.model.organisation import OrganisationModel
    from simulation.model.outcomes import OUTCOMES, outcomes_of
    from simulation.report.files import check_file, put
    from simulation.report.narrative import event_sentence, weeks_csv
    from simulation.report.sentences import level
    from simulation.study.sources.files import load

    if args.weeks:
        check_file(args.weeks)
    study = load(args.file, tuple(args.set))
    scenario = study.scenario(args.scenario)
    model = OrganisationModel(scenario, args.world, args.seed, parameters=args.parameters)
    while model.running:
        model.step()
    if args.weeks:
        put(args.weeks, weeks_csv(model, language).encode())  # before printing, which fails if the reader has gone
    for event in model.events:
        print(say("cli.week", language, week=event.week, what=event_sentence(event, scenario, language)))
    print()
    for outcome, value in zip(OUTCOMES, outcomes_of(model.ledger).values(), strict=True):
        late = outcome.censored and value > study.horizon
        shown = say("result.never", language, horizon=study.horizon) if late else level(value, outcome.name, language)
        print(f"{say(f'outcome.{outcome.name}', language)}: {shown}")
    print(say("result.not_a_forecast", language))
    if args.weeks:
        print(say("cli.wrote", language, path=visible(str(args.weeks))))
    return FINE
