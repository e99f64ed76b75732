"""``synergy sweep``: a study at many points and in many worlds, into a folder that can be taken up again."""

import argparse
import shlex
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulation.cli.arguments import Arguments
from simulation.cli.codes import FINE
from simulation.cli.work import ProgressBar, prepare
from simulation.system import streams
from simulation.text.characters import visible
from simulation.text.i18n import number, say, say_count

if TYPE_CHECKING:
    from simulation.study.scenario import Study
    from simulation.sweep.manifest import Manifest
    from simulation.sweep.runner import Elsewhere
    from simulation.sweep.storage import Place

DEFAULT_WORLDS = 1_000
DEFAULT_CHUNK = 100_000
MOST_WORLDS = MOST_SAMPLE = 1 << 30
"""As many as the Sobol sequence has points."""
A_DEPARTMENT = 6.5e-6 / 156
"""Seconds that a department takes a week, about (docs/performance.md)."""
LONG = 86_400.0
"""Seconds, a day, beyond which it is asked whether that is meant."""


def arguments(builder: Arguments) -> None:
    """A study, what is changed in it, worlds, and a folder."""
    command = builder.command("sweep", "optional")
    command.add_argument("--scenarios", type=builder.text, metavar="A,B,…", help=builder.help_text("which"))
    grid, span = builder.help_text("grid"), builder.help_text("range")
    command.add_argument("--grid", action="append", default=[], metavar="PATH=A,B,…", help=grid)
    command.add_argument("--range", action="append", default=[], metavar="PATH=LOW..HIGH", help=span, dest="ranges")
    sample = builder.count(1, MOST_SAMPLE)
    command.add_argument("--sample", type=sample, default=0, metavar="N", help=builder.help_text("sample"))
    builder.worlds(command, DEFAULT_WORLDS, most=MOST_WORLDS)
    builder.luck(command)
    out = builder.help_text("sweep_out")
    command.add_argument("--out", type=builder.place, required=True, metavar="DIR", help=out)
    chunk = builder.help_text("chunk", default=DEFAULT_CHUNK)
    command.add_argument("--chunk", type=builder.count(1, 10**7), default=DEFAULT_CHUNK, metavar="N", help=chunk)
    cluster = builder.help_text("cluster")
    command.add_argument("--cluster", type=builder.text, metavar="local|tcp://…", help=cluster)
    command.add_argument("--yes", action="store_true", help=builder.help_text("yes"))

    def verify(args: argparse.Namespace) -> None:
        """Stop with exit code 2 for ranges of which nothing is drawn."""
        if args.ranges and not args.sample:
            command.error(builder.help_text("range_needs_sample"))

    command.set_defaults(verify=verify)


def execute(args: argparse.Namespace, language: str) -> int:
    """Begin a sweep, or go on with it, until all of it is there."""
    from simulation.cli.commands.compare import names_in
    from simulation.report.machine import machine
    from simulation.study.sources.files import load
    from simulation.sweep import runner, storage
    from simulation.sweep.design import check_design, read_design
    from simulation.sweep.manifest import Manifest, is_sweep

    folder = storage.place_of(args.out)
    study = load(args.file, tuple(args.set))
    if args.scenarios is not None:
        study = study.select(tuple(names_in(args.scenarios, study)))
    design = read_design(args.grid, args.ranges, args.sample, args.seed, study)
    made_on = tuple(machine().items())
    plan = Manifest(
        study, design, args.worlds, args.seed, args.parameters, args.chunk, command_of(args), machine=made_on
    )
    if not is_sweep(folder):
        _weigh(plan, folder, args, language)
        check_design(design, study)
    plan = runner.begin(folder, plan)
    _say_machine(plan, language)
    prepare(language)
    try:
        whole = (_on_cluster if args.cluster else _carried_out)(args, folder, plan, language)
    except KeyboardInterrupt:
        streams.complain("\n" + say("sweep.stopped", language, folder=visible(args.out)))
        raise
    print(_told(whole, folder, language))
    return FINE


def command_of(args: argparse.Namespace) -> str:
    """The command that gives the same data set."""
    words = ["synergy", "sweep", args.file]
    for name, values in (("--set", args.set), ("--grid", args.grid), ("--range", args.ranges)):
        for value in values:
            words += [name, value]
    words += ["--scenarios", args.scenarios] if args.scenarios is not None else []
    words += ["--sample", str(args.sample)] if args.sample else []
    words += ["--worlds", str(args.worlds), "--seed", str(args.seed), "--parameters", args.parameters]
    words += ["--chunk", str(args.chunk)] if args.chunk != DEFAULT_CHUNK else []
    return shlex.join([*words, "--out", args.out])


def _on_cluster(args: argparse.Namespace, folder: "Place", plan: "Manifest", language: str) -> "Manifest":
    """Have the rest run by the workers of a cluster, who write it themselves where an address says where all do."""
    from simulation.report.again import unlike
    from simulation.report.machine import machine
    from simulation.sweep.cluster import Cluster
    from simulation.sweep.storage import is_address

    with Cluster(args.cluster, args.jobs) as cluster:
        workers = cluster.check()
        streams.complain(say_count("sweep.workers", len(workers), language, where=visible(args.cluster, 200)))
        others = [found for worker in workers for found in unlike(worker, machine())]
        for what, theirs, ours in others[:1]:
            streams.complain(say("sweep.other_workers", language, what=what, theirs=theirs, ours=ours))
        if is_address(args.out):
            cluster.share(args.out)
        return _carried_out(args, folder, plan, language, cluster.contents)


def _carried_out(
    args: argparse.Namespace, folder: "Place", plan: "Manifest", language: str, elsewhere: "Elsewhere | None" = None
) -> "Manifest":
    """Look at what is there, and run the rest."""
    from simulation.sweep.runner import Progress, Sweep

    with ProgressBar(language, "sweep.checking") as checking, ProgressBar(language) as running:
        sweep = Sweep(folder, plan, Progress(checking, running))
        sweep.look()
        if sweep.done:
            there, of = number(len(sweep.done), language), number(plan.count, language)
            streams.complain(say("sweep.goes_on", language, there=there, of=of))
        return sweep.run(args.jobs, elsewhere)


def _told(whole: "Manifest", folder: "Place", language: str) -> str:
    """What is said at the end."""
    from simulation.sweep.dataset import size_of

    fields = {"runs": number(whole.runs, language), "chunks": number(whole.count, language)}
    size = data_size(size_of(folder, whole), language)
    done = say("sweep.done", language, folder=visible(str(folder)), size=size, **fields)
    repeat = say("result.repeat", language, command=whole.command)
    return "\n".join([done, say("sweep.digest", language, digest=whole.digest), repeat])


def _say_machine(plan: "Manifest", language: str) -> None:
    """Say if a sweep goes on with another processor or other libraries than it was begun with."""
    from simulation.report.again import unlike
    from simulation.report.machine import machine

    for what, before, now in unlike(dict(plan.machine), machine())[:1]:
        streams.complain(say("sweep.other_machine", language, what=what, before=visible(before, 60), now=now))


def _weigh(plan: "Manifest", folder: "Place", args: argparse.Namespace, language: str) -> None:
    """Say how long it takes and how large it gets; raises InputRefused for what is very much, without ``--yes``."""
    from simulation.study.errors import InputRefused, problem
    from simulation.sweep.dataset import BYTES_A_RUN

    seconds, size = seconds_of(plan.study, plan.runs, args.jobs), plan.runs * BYTES_A_RUN
    free = free_at(folder)
    counts = {"runs": plan.runs, "points": plan.design.points, "worlds": plan.worlds}
    fields: dict[str, Any] = {name: number(value, language) for name, value in counts.items()}
    fields |= {"scenarios": number(len(plan.study.scenarios), language), "time": duration(seconds, language)}
    fields |= {"size": data_size(size, language)}
    if (seconds > LONG or (free is not None and size > free)) and not args.yes:
        fields |= {
            "threads": number(args.jobs, language),
            "free": say("sweep.unknown", language) if free is None else data_size(free, language),
        }
        raise InputRefused([problem("sweep_is_large", **fields)])
    streams.complain(say("sweep.begun", language, **fields))


def free_at(folder: "Place") -> int | None:
    """How many bytes there is room for; None where that cannot be known."""
    if not isinstance(folder, Path):
        return None
    there = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    return shutil.disk_usage(there).free


def seconds_of(study: "Study", runs: int, threads: int) -> float:
    """About how many seconds so many runs take."""
    departments = sum(len(one.organisation.departments) for one in study.scenarios) / len(study.scenarios)
    return runs * departments * study.horizon * A_DEPARTMENT / threads


def duration(seconds: float, language: str) -> str:
    """A time as people say it, in one unit.

    >>> duration(8, "en"), duration(5400, "en"), duration(86_400 * 800, "nl")
    ('8 seconds', '2 hours', '2 jaar')
    """
    steps = (("seconds", 1.0), ("minutes", 60.0), ("hours", 3600.0), ("days", 86_400.0), ("years", 31_557_600.0))
    name, step = next((one for one in reversed(steps) if seconds >= 1.5 * one[1]), steps[0])
    return say_count(f"sweep.time.{name}", max(1.0, seconds / step), language)


def data_size(size: float, language: str) -> str:
    """A size in bytes as people say it.

    >>> data_size(900, "en"), data_size(1_300_000_000, "nl"), data_size(1.3e14, "en")
    ('900 B', '1,3 GB', '130.0 TB')
    """
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if size < 1000 or unit == "TB":
            return f"{number(size, language, int(unit != 'B'))} {unit}"
        size /= 1000
    raise AssertionError("a size that is no number")
