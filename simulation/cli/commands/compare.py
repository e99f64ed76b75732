"""``synergy compare``: scenarios over the same worlds, and what may be said of them."""

import argparse
import hashlib
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulation.cli.arguments import MOST_WORLDS, Arguments
from simulation.cli.codes import FINE, INTERRUPTED
from simulation.cli.work import ProgressBar, prepare
from simulation.text.characters import visible
from simulation.text.i18n import say

if TYPE_CHECKING:
    from simulation.analysis.compare import Comparison
    from simulation.analysis.sequential import Sequential
    from simulation.analysis.widths import Survival
    from simulation.engine.ensemble import Runs
    from simulation.report.table import Extras
    from simulation.study.scenario import Study
    from simulation.sweep.manifest import Manifest
    from simulation.sweep.storage import Place

DEFAULT_WORLDS = 200
DEFAULT_MOST = 2_000
MOST_POINT = 10**9
MOST_PAID = 10**9
"""With ``--out`` it is worked out for all when they pay back."""
RUNS = "runs.parquet"
WRITTEN = (RUNS, "comparison.json", "comparison.png", "comparison.svg")
"""The files of a comparison."""
MOST_COPIED = 1_000_000
"""Beyond so many runs those of a sweep stay where they are: they would have to be held in memory at once."""


def arguments(builder: Arguments) -> None:
    """Scenarios, an outcome, worlds, and where files are written."""
    command = builder.command("compare", "optional")
    command.add_argument("--scenarios", type=builder.text, metavar="A,B,…", help=builder.help_text("which"))
    command.add_argument("--baseline", type=builder.text, metavar="NAME", help=builder.help_text("baseline"))
    outcome = builder.help_text("outcome")
    command.add_argument("--outcome", type=builder.text, default="reach", metavar="NAME", help=outcome)
    builder.worlds(command, DEFAULT_WORLDS)
    builder.luck(command)
    command.add_argument("--point", type=builder.count(0, MOST_POINT), metavar="N", help=builder.help_text("point"))
    command.add_argument("--out", type=builder.folder, metavar="DIR", help=builder.help_text("out"))
    command.add_argument("--until-decided", action="store_true", help=builder.help_text("until_decided"))
    command.add_argument("--margin", type=builder.amount, metavar="X", help=builder.help_text("margin"))
    command.add_argument("--rate", type=builder.rate, default=0.0, metavar="X", help=builder.help_text("rate"))
    command.add_argument("--widths", metavar="X,Y,…", help=builder.help_text("widths"))
    builder.format(command)
    most = builder.help_text("max_worlds", default=DEFAULT_MOST)
    command.add_argument("--max-worlds", type=builder.count(1, MOST_WORLDS), metavar="N", help=most)

    def verify(args: argparse.Namespace) -> None:
        """Stop with exit code 2 if the words do not go together; fill in how many worlds come first."""
        options = {"--margin": args.margin, "--max-worlds": args.max_worlds}
        for name, value in options.items():
            if value is not None and not args.until_decided and not _has_no_margin(name, args.outcome):
                command.error(builder.help_text("needs_until_decided", name=name))
        least = args.worlds or min(DEFAULT_WORLDS, args.max_worlds or DEFAULT_WORLDS)
        if args.max_worlds is not None and args.max_worlds < least:
            command.error(builder.help_text("most_below_worlds", given=args.max_worlds, worlds=args.worlds))

    command.set_defaults(verify=verify, worlds=None)  # None: --max-worlds on its own may be below the default


def _has_no_margin(option: str, outcome: str) -> bool:
    """Whether it is a margin for levels, which is refused whatever else is given."""
    from simulation.model.outcomes import BY_OUTCOME

    return option == "--margin" and outcome in BY_OUTCOME and not BY_OUTCOME[outcome].unit.has_mean


def execute(args: argparse.Namespace, language: str) -> int:
    """Compare scenarios."""
    from simulation.analysis.payback import check_rate
    from simulation.analysis.sequential import margin_of
    from simulation.model.outcomes import BY_OUTCOME
    from simulation.report.files import check_folder
    from simulation.report.repeat import Request
    from simulation.study.errors import InputRefused, problem, shown

    swept = sweep_in(args)
    study, base = chosen(
        args, swept.study if swept else loaded(args, min(DEFAULT_WORLDS, args.max_worlds or DEFAULT_WORLDS))
    )
    if args.outcome not in BY_OUTCOME:
        raise InputRefused([problem("unknown_outcome", given=shown(args.outcome), legal=", ".join(BY_OUTCOME))])
    margin_of(BY_OUTCOME[args.outcome], study.horizon, args.margin)
    check_rate(args.rate)
    widths = widths_of(args)
    if args.out:
        check_folder(args.out, WRITTEN)
    prepare(language)
    done = worked_out(args, study, base, widths, language, swept, MOST_PAID if args.out else 1)
    comparison, settled, extras = done.comparison, done.settled, done.extras
    command = Request(
        args.file,
        args.scenarios,
        base,
        args.worlds,
        args.seed,
        args.parameters,
        args.outcome,
        tuple(args.set),
        args.rate,
        widths,
        args.point,
    ).command(settled)
    text = _printed(args.format, comparison, settled, command, extras, language)
    if args.out:
        written = _write(args, comparison, settled, command, extras, language)  # first: printing fails if nobody reads
    print(text)
    if args.out and args.format == "table":
        print(say("cli.wrote", language, path=", ".join(visible(str(args.out / name)) for name in written)))
        if RUNS not in written:
            print(say("sweep.runs_stay", language, folder=visible(args.file)))
    return INTERRUPTED if settled and settled.stopped else FINE


def loaded(args: argparse.Namespace, worlds: int) -> "Study":
    """The study that is named, with its changes; ``args.worlds`` is set to ``worlds`` if nobody says how many."""
    from simulation.study.errors import InputRefused, problem
    from simulation.study.sources.files import load

    if args.point is not None:
        raise InputRefused([problem("point_of_a_study")])
    args.worlds = args.worlds or worlds
    return load(args.file, tuple(args.set))


@dataclass(frozen=True)
class Swept:
    """The folder of a sweep in place of a study: ``study`` is the one at the point that is meant."""

    folder: "Place"
    plan: "Manifest"
    point: int
    worlds: int

    @property
    def study(self) -> "Study":
        """The study at the point."""
        return self.plan.at(self.plan.design.row(self.point))

    def study_at(self, point: int | None) -> "Study":
        """The study at a point, or as it was before any point changed it."""
        return self.plan.study if point is None else self.study

    def runs(self, names: tuple[str, ...]) -> "Runs":
        """The runs of some scenarios, which are read when they are looked at."""
        from simulation.sweep.stored import StoredRuns

        return StoredRuns(self.folder, self.plan, self.point, names, self.worlds)


def sweep_in(args: argparse.Namespace, any_point: bool = False) -> Swept | None:
    """The sweep whose folder stands where a study would; None for a study.

    With ``any_point`` the first is meant where none is named. Fills in worlds, seed and parameters. Raises
    :class:`~simulation.study.errors.InputRefused` for a folder that lacks something, and for options that would change
    what has been run.
    """
    from simulation.sweep.manifest import is_sweep
    from simulation.sweep.storage import is_address, place_of

    folder = place_of(args.file)
    if not is_sweep(folder) and not is_address(args.file):
        return None
    from simulation.sweep import stored

    plan = stored.opened(folder)
    _check_unchanged(args, plan)
    point = stored.point_of(folder, plan, 0 if any_point and args.point is None else args.point)
    args.worlds, args.seed, args.parameters = stored.worlds_of(folder, plan, args.worlds), plan.seed, plan.mode
    return Swept(folder, plan, point, args.worlds)


def _check_unchanged(args: argparse.Namespace, plan: "Manifest") -> None:
    """Refuse options that would change what has been run; the defaults of seed and parameters count as not given."""
    from simulation.study.errors import InputRefused, problem, shown

    changing = {
        "--set": bool(args.set),
        "--seed": args.seed not in (1, plan.seed),
        "--parameters": args.parameters not in ("ranges", plan.mode),
        "--until-decided": getattr(args, "until_decided", False),
    }
    for name, given in changing.items():
        if given:
            raise InputRefused([problem("is_run", given=shown(args.file, 200), name=name)])


@dataclass(frozen=True)
class Done:
    """A comparison with all that belongs to it."""

    comparison: "Comparison"
    settled: "Sequential | None"
    extras: "Extras"


def worked_out(
    args: argparse.Namespace,
    study: "Study",
    base: str,
    widths: tuple[float, ...],
    language: str,
    swept: Swept | None,
    paid: int,
) -> Done:
    """Run, or read, all that a comparison asks for; when they pay back is worked out for the first ``paid``."""
    from simulation.analysis.compare import compare_runs
    from simulation.report.table import Extras

    runs, settled = (swept.runs(study.names), None) if swept else _simulated(args, study, base, language)
    comparison = compare_runs(runs, base, args.outcome)
    if settled and settled.stopped:  # it is told as far as it went, and nothing is begun
        return Done(comparison, settled, Extras())
    return Done(comparison, settled, _extras(args, comparison, widths, language, paid))


def _printed(
    form: str,
    comparison: "Comparison",
    settled: "Sequential | None",
    command: str,
    extras: "Extras",
    language: str,
) -> str:
    """What is printed: for people, for programs, or for a spreadsheet."""
    if form == "table":
        from simulation.report.table import columns, comparison_text

        return comparison_text(comparison, language, command, settled, columns(), extras)
    from simulation.report.export import as_json, ranking_csv

    if form == "json":
        return as_json(comparison, command, settled, extras=extras).decode()
    return ranking_csv(comparison).rstrip("\n")


def names_in(listed: str, study: "Study") -> list[str]:
    """The names in a list with commas; a name that is there may hold commas itself."""
    parts = [part.strip() for part in listed.split(",")]
    known = {",".join(part.strip() for part in name.split(",")): name for name in study.names}
    longest = max(name.count(",") for name in known) + 1
    names: list[str] = []
    at = 0
    while at < len(parts):
        counts = range(min(longest, len(parts) - at), 1, -1)
        taken = next((count for count in counts if ",".join(parts[at : at + count]) in known), 1)
        name = ",".join(parts[at : at + taken])
        names.append(known.get(name, name))
        at += taken
    return [name for name in names if name]


def chosen(args: argparse.Namespace, study: "Study") -> tuple["Study", str]:
    """The scenarios to compare, and the baseline, which is added if it is not among them."""
    from simulation.study.errors import InputRefused, problem, shown

    names = list(study.names)
    if args.scenarios is not None:
        names = names_in(args.scenarios, study)
    seen: set[str] = set()
    for name in names:
        study.scenario(name)
        if name in seen:
            raise InputRefused([problem("scenario_twice", given=shown(name))])
        seen.add(name)
    first = study.names[0] if study.names[0] in names or not names else names[0]
    base = first if args.baseline is None else args.baseline
    study.scenario(base)
    if base not in names:
        names.insert(0, base)
    if len(names) < 2:
        raise InputRefused([problem("one_scenario")])
    return study.select(tuple(names)), base


def _simulated(
    args: argparse.Namespace, study: "Study", base: str, language: str
) -> tuple["Runs", "Sequential | None"]:
    """Run ``--worlds`` worlds, or with ``--until-decided`` as many as it takes."""
    from simulation.analysis.sequential import until_decided
    from simulation.engine.ensemble import run_worlds

    with ProgressBar(language) as progress:
        runs = run_worlds(study, args.worlds, args.seed, args.parameters, args.jobs, progress)
        if not args.until_decided:
            return runs, None
        most = args.max_worlds or max(DEFAULT_MOST, args.worlds)
        settled = until_decided(runs, base, args.outcome, args.margin, most, args.jobs, progress)
    return settled.runs, settled


def _extras(
    args: argparse.Namespace, comparison: "Comparison", widths: tuple[float, ...], language: str, paid: int
) -> "Extras":
    """When the first ``paid`` of the ranking pay back, and the verdicts at other widths."""
    from simulation.report.payback import of_comparison
    from simulation.report.table import Extras

    asked = [name for name in comparison.ranking if name != comparison.baseline]
    if paid == 1:
        asked = [name for name in asked if name == comparison.ranking[0]]
    with ProgressBar(language) as progress:
        found = of_comparison(comparison, asked if paid else [], args.rate, args.jobs, progress)
    return Extras(found, _tried(args, comparison, widths, language))


def widths_of(args: argparse.Namespace) -> tuple[float, ...]:
    """The widths that are asked for; none where nothing is."""
    from simulation.analysis.widths import NARROWEST, WIDEST, check_widths
    from simulation.study.errors import InputRefused, problem, shown

    if args.widths is None:
        return ()
    if args.parameters == "defaults":
        raise InputRefused([problem("fixed_widths")])
    if args.format == "csv":
        raise InputRefused([problem("no_widths_in_csv")])
    try:
        given = [float(part) for part in args.widths.split(",")]
    except ValueError:
        low, high = f"{NARROWEST:g}", f"{WIDEST:g}"
        raise InputRefused([problem("bad_width", given=shown(args.widths), low=low, high=high)]) from None
    return check_widths(given)


def _tried(
    args: argparse.Namespace, comparison: "Comparison", widths: tuple[float, ...], language: str
) -> "dict[str, Survival]":
    """The verdicts at other widths of the ranges, if that is asked for."""
    from simulation.analysis.widths import survivals

    if not widths:
        return {}
    runs = comparison.runs
    with ProgressBar(language) as progress:
        return survivals(
            runs.study,
            comparison.baseline,
            comparison.outcome,
            widths,
            len(runs.worlds),
            runs.seed,
            runs.mode,
            args.jobs,
            progress,
        )


def _write(
    args: argparse.Namespace,
    comparison: "Comparison",
    settled: "Sequential | None",
    command: str,
    extras: "Extras",
    language: str,
) -> list[str]:
    """Put all files of a comparison in place once all of them have been made; the last says which belong to it.

    Returns their names; the runs of a large sweep are not among them.
    """
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # that it finds no home for its cache is no news
    from simulation.report.export import as_json, parquet
    from simulation.report.figures import encoded, ranking
    from simulation.report.files import put_all

    figure = ranking(comparison, language, settled)
    made = {"comparison.png": encoded(figure, "png"), "comparison.svg": encoded(figure, "svg")}
    runs = comparison.runs
    if not runs.by_column or len(runs.worlds) * len(runs.study.scenarios) <= MOST_COPIED:
        made = {RUNS: parquet(comparison), **made}
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in made.items()}
    made["comparison.json"] = as_json(comparison, command, settled, digests, extras)
    put_all(args.out, made)
    return [name for name in WRITTEN if name in made]
