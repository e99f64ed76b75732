"""Command lines that people mistype, and some that nobody would: words, and the exit codes that they may end with.

None of them computes anything that takes long, and none writes outside the folder that it is given, so that they can
be run by the hundred, in this process or in another: ``prepare(folder)``, then ``command_lines(folder, seed)``.
"""

import os
import random
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

Line = tuple[list[str], frozenset[int]]

FINE, REFUSED, USAGE = frozenset({0}), frozenset({1}), frozenset({2})
SOME = REFUSED | USAGE
ANY = FINE | SOME

NO_COUNTS = [
    *(
        "",
        " ",
        "٣",
        "３",
        "²",
        "Ⅷ",
        "3.0",
        "1e3",
        "0x10",
        "0b1",
        "1__0",
        "_1",
        "1_",
        "three",
        "-1",
        "--1",
        "+",
        "1,000",
    ),
    *(
        "nan",
        "inf",
        "1 000",
        "3\n",
        "\t3",
        "3\x00",
        "\u200b3",
        "\u202e3",
        "\u066b",
        "9" * 41,
        "9" * 5_000,
        "9" * 100_000,
    ),
]
COUNTS = ["3", "1_0", " 3 ", "+3", "007"]
NO_AMOUNTS = [
    *(
        "",
        "٣",
        "nan",
        "NaN",
        "inf",
        "-inf",
        "1e400",
        "1e-400",
        "-0.1",
        "0,02",
        "2%",
        ".",
        "e5",
        "1e",
        "0x1p3",
        "1_",
        "½",
    ),
    *("9" * 100_000, "0." + "0" * 400 + "1", "\x1b[31m1", "1\n2"),
]
AMOUNTS = ["0", "0.02", ".5", "1.", "1_0e-3", " 0.1 ", "+0.1", "0e-500"]
STRANGE = [
    *(
        "\x1b[31mred",
        "\x1b]0;title\x07",
        "a\nb",
        "\r",
        "\u202eabc",
        "\u2066",
        "\ufeff",
        "\x9b31m",
        "\U000e0041",
        "\ue000",
    ),
    *("\u2028", "\x00", "x" * 100_000, "%s%n{0}", "{given}", "'", '"', "`id`", "$(id)", "🦀", "e\u0301", "\u200d", "ﷺ"),
]
HALF = ["\udcff", "a\udc80b", "\ud800"]
"""What Python makes of bytes that are no UTF-8."""

COMMANDS = (
    "scenarios",
    "check",
    "show",
    "run",
    "compare",
    "sweep",
    "repeat",
    "dashboard",
    "lesson",
    "session",
    "patterns",
    "validity",
)
COUNTED = {
    "run": ("--world", "--seed"),
    "compare": ("--worlds", "--jobs", "--seed", "--max-worlds"),
    "sweep": ("--worlds", "--jobs", "--seed", "--sample", "--chunk"),
    "repeat": ("--jobs",),
    "patterns": ("--worlds", "--jobs"),
    "validity": ("--worlds", "--jobs", "--seed"),
    "dashboard": ("--port",),
    "lesson": ("--minutes",),
    "session": ("--port", "--practice", "--sessions"),
}
NOBODY = ["--baseline", "nobody at all"]
"""Ends a comparison before anything is computed."""


def prepare(folder: Path) -> None:
    """Put things in a folder that no file can take the place of, as far as this system has them."""
    (folder / "folder").mkdir()
    (folder / "a file").write_text("not a folder", encoding="utf-8")
    (folder / "taken").mkdir()
    (folder / "taken" / "runs.parquet").mkdir()
    (folder / "binary.yaml").write_bytes(bytes(range(256)))
    (folder / "empty.yaml").write_bytes(b"")
    with suppress(OSError, NotImplementedError, AttributeError):
        os.mkfifo(folder / "pipe")
    with suppress(OSError, NotImplementedError):
        (folder / "circle").symlink_to(folder / "circle")
    with suppress(OSError, AttributeError), socket.socket(socket.AF_UNIX) as one:
        one.bind(str(folder / "socket"))


def places(folder: Path) -> Iterator[str]:
    """Where nothing can be written."""
    yield from (str(folder / name) for name in ("a file/out", "n" * 300, "circle/out", "circle"))


def not_files(folder: Path) -> Iterator[str]:
    """What exists and is no ordinary file, or would be in a folder that is not there."""
    names = ("folder", "pipe", "socket", "taken", "no such folder/file", "folder/../folder")
    for name in names:
        if (folder / name).exists() or "no such" in name:
            yield str(folder / name)
    yield from (".", "..", str(folder))


def command_lines(folder: Path, seed: int = 1) -> list[Line]:
    """All command lines: those that are written out, and mixtures that depend on the seed."""
    lines = [
        *_usage(),
        *_numbers(),
        *_strange(),
        *_files(folder),
        *_sweeps(folder),
        *_repeats(folder),
        *_lessons(folder),
        *_fine(),
    ]
    lines += _mixed(random.Random(seed), lines)
    languages = random.Random(seed)
    return [
        (words if _speaks(words) else [*words, "--lang", languages.choice(["en", "nl"])], codes)
        for words, codes in lines
    ]


def _speaks(words: list[str]) -> bool:
    """Whether a line is left as it is: it says which language itself, or its last word may want a value."""
    return any(word.startswith("--lang") for word in words) or not words or words[-1].startswith("-")


def _usage() -> Iterator[Line]:
    """Words that do not go together."""
    yield [], USAGE
    for command in COMMANDS:
        yield [command, "--nonsense"], USAGE
        yield [command, "--help=3"], USAGE
        yield [command, "--lang"], USAGE
        yield [command, "--lang", "xx"], USAGE
        yield [command, "--lang="], USAGE
        yield [command, "--la", "en"], USAGE
        yield [command, *(["word"] * 50)], USAGE
    for word in ("comparre", "COMPARE", "-", "--", "---", "-x", "--version=1", "@file", *STRANGE):
        yield [word], USAGE
    for words in (["show"], ["show", "case"], ["run"], ["run", "case"], ["check"]):
        yield words, USAGE
    yield ["compare", "--until-decided=yes"], USAGE
    yield ["compare", "--margin", "1"], REFUSED  # the outcome has levels, to which there is no margin
    yield ["compare", "--outcome", "net_value", "--margin", "1"], USAGE
    yield ["compare", "--until-decided", "--worlds", "20", "--max-worlds", "10"], USAGE
    yield ["compare", "--parameters", "guess"], USAGE
    yield ["run", "case", "full", "--weeks"], USAGE
    yield ["run", "case", "full", "--picture"], USAGE
    for name in ("x.pdf", "x", ".svg", "x.svg.gz", "x.svg "):
        yield ["run", "case", "full", "--picture", name], USAGE
    yield ["run", "case", "full", "--weeks", "x.svg", "--picture", "./x.svg"], USAGE
    yield ["compare", "--out"], USAGE
    for given in ("0", "9", "601"):
        yield ["lesson", "--minutes", given], USAGE
    yield ["lesson", "--copy"], USAGE
    yield ["session", "--continue", "KXTR7MPQ", "--sessions", "2"], USAGE


def _numbers() -> Iterator[Line]:
    """Numbers, and what looks like them."""
    for given in NO_COUNTS:
        yield ["compare", "--worlds", given], USAGE
    for command, names in COUNTED.items():
        for name in names:
            needed = ["case", "full"] if command == "run" else []
            for given in ("٣", "0x3", "9" * 5_000, "-1", "\x1b3"):
                yield [command, *needed, name, given], USAGE
    for given in COUNTS:
        yield ["compare", "--worlds", given, *NOBODY], REFUSED
    for given in NO_AMOUNTS:
        yield ["compare", "--until-decided", "--margin", given], USAGE
    for given in AMOUNTS:
        yield ["compare", "--until-decided", "--margin", given, *NOBODY], REFUSED
    yield ["dashboard", "--port", "0"], USAGE
    yield ["dashboard", "--port", "65536"], USAGE
    yield ["session", "--practice", "121"], USAGE
    yield ["session", "--sessions", "21"], USAGE


def _strange() -> Iterator[Line]:
    """Characters that are not meant, or cannot be seen."""
    for word in STRANGE:
        for words in (
            ["compare", "--outcome", word],
            ["compare", "--baseline", word],
            ["compare", "--scenarios", word],
        ):
            yield words, SOME
        yield ["show", "case", word], SOME
        yield ["session", "--continue", word], SOME
        yield ["check", word], SOME
        yield ["compare", f"--lang={word}"], USAGE
        yield ["compare", f"--{word}"], USAGE
    for word in HALF:
        for words in ([word], ["compare", "--outcome", word], ["check", word], ["show", "case", "full", "--set", word]):
            yield words, USAGE
    for commas in (",", "," * 100_000, "full," * 20_000, ",".join("abc" * 10_000)):
        yield ["compare", "--scenarios", commas], REFUSED


def _files(folder: Path) -> Iterator[Line]:
    """Places where nothing can be read or written."""
    for given in ("", " ", "\t", "a\x00b", "a\nb", "\x1b[2J", "m/" * 3_000):
        yield ["run", "case", "full", "--weeks", given], USAGE
        yield ["run", "case", "full", "--picture", given], USAGE
        yield ["compare", "--out", given, *NOBODY], USAGE
        for command in ("patterns", "validity"):
            yield [command, "--out", given], USAGE
            yield [command, "--check", given], USAGE
    for given in ("/", f"{folder / 'a file'}/", f"{folder / 'new.csv'}/."):
        yield ["run", "case", "full", "--weeks", given], USAGE
        yield ["run", "case", "full", "--picture", given], USAGE
        yield ["patterns", "--out", given], USAGE
        yield ["validity", "--out", given], USAGE
        yield ["check", given], USAGE
    for given in places(folder):
        yield ["compare", "--out", given], REFUSED
    for given in (*places(folder), *not_files(folder)):
        yield ["run", "case", "full", "--weeks", given], REFUSED
        yield ["run", "case", "full", "--picture", given], SOME  # most do not end as a picture does
        for command in ("patterns", "validity"):
            yield [command, "--out", given], REFUSED
            yield [command, "--check", given], REFUSED
    yield ["compare", "--out", str(folder / "taken")], REFUSED
    yield ["compare", "--out", str(folder / "a file")], REFUSED
    for name in ("binary.yaml", "empty.yaml", "folder", "a file", "nowhere.yaml", "n" * 300, "circle"):
        yield ["check", str(folder / name)], REFUSED
        yield ["show", str(folder / name), "full"], REFUSED


def _sweeps(folder: Path) -> Iterator[Line]:
    """Sweeps that cannot begin: grids and ranges that are none, too much of everything, folders of something else."""
    new = str(folder / "new sweep")
    yield ["sweep"], USAGE
    yield ["sweep", "--out", new, "--range", "t"], USAGE
    for given in ("", " ", "\t", "a\x00b", "\x1b[2J", "m/" * 3_000):
        yield ["sweep", "--out", given, *NOWHERE], USAGE
    for given in (
        *STRANGE,
        "",
        "=",
        "t",
        "t=",
        "=1",
        "t=[",
        "t={a: ",
        "t=.6,.6",
        "t=" + "9" * 5_000,
        "t=" + "1," * 9_999,
    ):
        yield ["sweep", "--out", new, "--grid", given, "--scenarios", "it-only"], SOME
    for given in (
        *STRANGE,
        "",
        "=",
        "t=",
        "t=..",
        "t=1..",
        "t=2..1",
        "t=1..1",
        "t=nan..1",
        "t=-1e400..1e400",
        "t=1..2..3",
        "x=1..2",
    ):
        yield ["sweep", "--out", new, "--sample", "4", "--range", given, "--scenarios", "it-only"], SOME
    yield ["sweep", "--out", new, "--worlds", "1_000_000_000"], REFUSED
    yield ["sweep", "--out", new, "--sample", "1_000_000_000"], REFUSED
    yield ["sweep", "--out", new, "--sample", "1_000_000_000", "--yes"], REFUSED
    for given in (*places(folder), str(folder / "taken"), str(folder / "a file"), str(folder / "socket")):
        yield ["sweep", "--out", given, "--worlds", "1"], REFUSED


def _repeats(folder: Path) -> Iterator[Line]:
    """Files in which there is nothing to be repeated."""
    yield ["repeat"], USAGE
    for given in ("", " ", "\t", "a\x00b", "\x1b[2J"):
        yield ["repeat", given], USAGE
    for given in (*places(folder), *not_files(folder), "case", "nowhere.json", str(folder / "binary.yaml")):
        yield ["repeat", given], REFUSED


NOWHERE = ["--scenarios", "nobody at all"]
"""Ends a sweep before anything is computed."""


def _lessons(folder: Path) -> Iterator[Line]:
    """Places where no lesson and no run sheet can be written, and lessons that are not there."""
    for name in ("--copy", "--out"):
        yield from ((["lesson", name, given], USAGE) for given in ("", "\t", "a\x00b", "/"))
        yield from ((["lesson", name, given], REFUSED) for given in (*places(folder), *not_files(folder)))
    yield ["lesson", "--copy", str(folder / "no such folder" / "l.yaml")], REFUSED
    yield ["lesson", str(folder / "nowhere.yaml"), "--copy", str(folder / "l.yaml")], REFUSED


def _fine() -> Iterator[Line]:
    """What is in order, and quick."""
    for command in COMMANDS:
        yield [command, "--help"], FINE
    yield ["--help"], FINE
    yield ["--version"], FINE
    yield ["scenarios"], FINE
    yield ["session", "--list"], FINE
    yield ["scenarios", "case"], FINE
    yield ["check", "case"], FINE
    yield ["show", "case", "full"], FINE
    yield ["show", "case", "full", "--set", "parameters.t=0.5"], FINE


def _mixed(luck: random.Random, lines: list[Line], count: int = 60) -> Iterator[Line]:
    """Words of one wrong line behind those of another of the same command: wrong all the same."""
    wrong = [(words, codes) for words, codes in lines if words and words[0] in COMMANDS and 0 not in codes]
    for _ in range(count):
        first, _codes = luck.choice(wrong)
        second, _codes = luck.choice([one for one in wrong if one[0][0] == first[0]])
        yield [*first, *second[1:]], SOME
