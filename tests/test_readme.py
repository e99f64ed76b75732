import io
import re
import shlex
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from simulation.cli.main import command_line

README = Path("README.md").read_text(encoding="utf-8")
DOCUMENTS = [Path("README.md"), Path("CONTRIBUTING.md"), *sorted(Path("docs").glob("*.md"))]


def blocks(kind, text=README):
    return re.findall(rf"```{kind}\n(.*?)```", text, re.DOTALL)


def test_python_blocks_print_what_the_next_block_says():
    (code,), (expected,) = blocks("python"), blocks("text")
    out = io.StringIO()
    with redirect_stdout(out):
        exec(compile(code, "README.md", "exec"), {"__name__": "readme"})
    assert out.getvalue() == expected


@pytest.mark.parametrize("path", DOCUMENTS, ids=str)
def test_every_command_shown_is_understood(path):
    parser = command_line("en")
    for line in "\n".join(blocks("sh", path.read_text(encoding="utf-8"))).splitlines():
        words = shlex.split(line, comments=True)
        if words[:1] == ["synergy"]:
            until = words.index(">") if ">" in words else len(words)
            parser.parse_args(words[1:until])


@pytest.mark.parametrize("path", DOCUMENTS, ids=str)
def test_links_and_pictures_exist(path):
    for target in re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (path.parent / target).exists(), target


def test_two_commands_do_all_the_set_up():
    start, test = (re.search(rf"<!-- {key} -->\n```sh\n(.*?)```", README, re.DOTALL)[1] for key in ("start", "test"))
    assert start.count("\n") == test.count("\n") == 1
    assert "synergy dashboard" in start
    assert "pytest" in test
    assert ".venv\\Scripts" in README


def test_constraints_are_plain_pins():
    for line in Path("constraints.txt").read_text(encoding="utf-8").splitlines():
        assert re.fullmatch(r"#.*|[A-Za-z0-9._-]+==[A-Za-z0-9.!+]+", line), line
