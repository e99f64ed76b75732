"""``synergy network``: who works with whom, as ties that a study can be given."""

import argparse

from simulation.cli.arguments import Arguments
from simulation.cli.codes import FINE
from simulation.cli.work import check_new, put_study
from simulation.text.characters import visible
from simulation.text.i18n import say


def arguments(builder: Arguments) -> None:
    """The ties, the mapping, people, the study, and what is to be written."""
    command = builder.command("network", None)
    command.add_argument("ties", type=builder.file, metavar="TIES", help=builder.help_text("ties"))
    command.add_argument("mapping", type=builder.file, metavar="MAPPING", help=builder.help_text("network_mapping"))
    command.add_argument("--people", type=builder.file, metavar="FILE", help=builder.help_text("people"))
    builder.study_option(command)
    command.add_argument("--out", type=builder.path, metavar="STUDY", help=builder.help_text("network_out"))


def execute(args: argparse.Namespace, language: str) -> int:
    """Read the network, print what it says, and write what was asked for."""
    from simulation.report.network import notes, table
    from simulation.report.table import columns, wrapped
    from simulation.study.sources.files import load, load_data
    from simulation.study.sources.networks import read_network, with_ties

    if args.out:
        check_new(args.out)
    organisation = load(args.file).organisation
    contacts = read_network(args.ties, args.mapping, organisation, args.people)
    width = columns()
    print(table(contacts, organisation, language, width), "", sep="\n")
    print(*(part for line in notes(contacts, organisation, language) for part in wrapped(line, width)), sep="\n")
    if args.out:
        remark = say("network.written_of", language, ties=visible(args.ties))
        put_study(args.out, with_ties(load_data(args.file), contacts), remark, language)
    return FINE
