"""Sweeps in a store that fsspec reaches: as in a folder, whatever goes wrong there."""

import importlib
import json
import sys
from pathlib import Path

import pytest
from test_sweep import GRID, SILENT, contents, plan_of, printed, refused, swept

from simulation import InputRefused
from simulation.cli.main import main
from simulation.sweep import cluster, dataset, manifest, runner, storage
from simulation.sweep.claims import StoredClaims, claims_in
from simulation.sweep.runner import Sweep
from simulation.sweep.storage import place_of

fsspec = pytest.importorskip("fsspec", reason="an extra: pip install synergy-change[cluster]")
pytest.importorskip("upath", reason="an extra: pip install synergy-change[cluster]")
SMALL = ["--scenarios", "it-only,full", "--worlds", "12"]


@pytest.fixture
def memory():
    """A store in this process's memory, empty."""
    store = fsspec.filesystem("memory")
    store.store.clear()
    store.pseudo_dirs[:] = [""]
    yield place_of("memory://bucket/sweep")
    store.store.clear()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The same sweep in a folder; not to be changed."""
    path = tmp_path_factory.mktemp("sweep") / "grid"
    swept(path, plan_of(GRID))
    return path


def stored(place):
    """All files of a sweep in a store."""
    base = place.path + "/"
    return {path.removeprefix(base): place.fs.cat_file(path) for path in place.fs.find(place.path)}


def test_in_a_store_are_the_same_files_as_in_a_folder(memory, folder):
    swept(memory, plan_of(GRID))
    found, expected = stored(memory), contents(folder)
    assert found.keys() == expected.keys()
    assert all(found[name] == expected[name] for name in expected)


@pytest.mark.parametrize("how", ["truncated", "corrupted", "gone", "no checksum", "no points", "no manifest"])
def test_whatever_is_spoilt_is_noticed_and_made_again(how, memory, folder):
    swept(memory, plan_of(GRID))
    path, check = dataset.chunk_path(memory, 3), dataset.check_path(memory, 3)
    content = path.read_bytes()
    {
        "truncated": lambda: path.write_bytes(content[:100]),
        "corrupted": lambda: path.write_bytes(content[:500] + bytes([content[500] ^ 1]) + content[501:]),
        "gone": path.unlink,
        "no checksum": check.unlink,
        "no points": (memory / dataset.POINTS).unlink,
        "no manifest": lambda: manifest.write(memory, plan_of(GRID)),
    }[how]()
    swept(memory, plan_of(GRID))
    assert stored(memory) == contents(folder)


def test_commands_take_an_address_wherever_they_take_a_folder(memory, tmp_path, capsys):
    address = str(memory)
    said = printed(["sweep", *SMALL, "--out", address, "--chunk", "8"], capsys)
    here = printed(["sweep", *SMALL, "--out", str(tmp_path / "here"), "--chunk", "8"], capsys)
    assert said.replace(address, str(tmp_path / "here")) == here
    assert printed(["compare", address], capsys).replace(address, "x") == printed(
        ["compare", str(tmp_path / "here")], capsys
    ).replace(str(tmp_path / "here"), "x")
    assert "Every number is the same" in printed(["repeat", address], capsys)
    assert "Every number is the same" in printed(["repeat", f"{address}/manifest.json"], capsys)
    dataset.chunk_path(memory, 1).unlink()
    assert "1 of 3 chunks are missing, first chunk-0000001" in refused(["compare", address], capsys)
    assert "holds another sweep: worlds is 12 there and 13 here" in refused(
        ["sweep", *SMALL[:-1], "13", "--out", address, "--chunk", "8"], capsys
    )
    assert not list((memory / "claims").iterdir())


def test_a_store_that_holds_something_else_is_left_as_it_is(memory, capsys):
    (memory / "letters.txt").write_text("dear")
    assert "not empty: it has 'letters.txt'" in refused(["sweep", *SMALL, "--out", str(memory)], capsys)
    assert list(stored(memory)) == ["letters.txt"]
    (memory / "manifest.json").write_text("{}")
    assert "no manifest of a sweep" in refused(["sweep", *SMALL, "--out", str(memory)], capsys)


def test_a_file_address_is_a_folder_of_this_machine(tmp_path, capsys):
    printed(["sweep", *SMALL, "--out", (tmp_path / "a b").as_uri().replace("%20", " "), "--chunk", "8"], capsys)
    assert manifest.read(tmp_path / "a b").is_complete
    assert isinstance(place_of(f"file://localhost{tmp_path}"), Path)


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("nonsense://a/b", "is no address"),
        ("file://elsewhere/b", "is no address"),
        ("file:///", "is no address"),
        ("file://", "is no address"),
        ("memory://", "is no address"),
        ("http://[::1/b", "is no address"),
        ("simplecache::s3://a/b", "is no address"),
        ("://a/b", "is no address"),
        ("s3://name:word@bucket/big", "has a password in it"),
        ("ftp://name:word@host/big", "has a password in it"),
    ],
)
@pytest.mark.parametrize("command", ["sweep", "compare", "repeat"])
def test_what_is_no_address_is_refused(address, why, command, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = ["sweep", *SMALL, "--out", address] if command == "sweep" else [command, address]
    said = refused(words, capsys)
    assert why in said
    assert "word@" not in said
    assert not list(tmp_path.iterdir())


def test_what_is_very_large_asks_first_in_a_store_too(memory, capsys):
    said = refused(["sweep", "--worlds", "100_000_000", "--out", str(memory)], capsys)
    assert "where an unknown amount is free" in said
    assert stored(memory) == {}


def test_what_is_missing_is_said(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "upath", None)
    assert 'pip install "synergy-change[cluster]"' in refused(["sweep", *SMALL, "--out", "memory://a/b"], capsys)
    monkeypatch.undo()
    wanted = {"class": "nobody.has.This", "err": "Install s3fs to access S3"}
    monkeypatch.setitem(importlib.import_module("fsspec.registry").known_implementations, "s3", wanted)
    assert "library is missing (" in refused(["compare", "s3://bucket/big"], capsys)


class Broken(fsspec.AbstractFileSystem):
    """A store whose library raises errors of its own."""

    protocol = "broken"

    def _fails(self, *_args, **_further):
        raise RuntimeError("the bucket is on fire\nbadly")

    ls = info = makedirs = mkdir = pipe_file = open = cat_file = _fails


def test_whatever_a_library_raises_is_said_in_a_sentence(capsys):
    fsspec.register_implementation("broken", Broken, clobber=True)
    assert "cannot be written (the bucket is on fire)" in refused(["sweep", *SMALL, "--out", "broken://a/b"], capsys)
    assert "cannot be read (the bucket is on fire)" in refused(["compare", "broken://a/b"], capsys)


def test_what_is_removed_is_no_pattern(memory):
    """A folder may be called so; what others are called like it stays theirs."""
    one, other = place_of("memory://bucket/sw*"), place_of("memory://bucket/sweep")
    swept(other, plan_of(GRID))
    before = stored(other)
    swept(one, plan_of(GRID))
    dataset.chunk_path(one, 2).write_bytes(b"half")
    swept(one, plan_of(GRID))
    assert stored(other) == before


def test_what_takes_a_folder_of_this_computer_takes_no_address(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for words in (["compare", "--out"], ["contribute", "case", "full", "--out"], ["lesson", "--out"]):
        for language, said in (("en", "is an address"), ("nl", "is een adres")):
            assert main([*words, "s3://bucket/big", "--lang", language]) == 2
            assert said in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_what_stands_behind_a_hash_is_part_of_a_name():
    assert place_of("file:///tmp/a#1") == Path("/tmp/a#1")
    assert place_of("FILE://localhost/tmp/q?x=1") == Path("/tmp/q?x=1")


def test_a_claim_that_a_store_refuses_in_words_of_its_own_is_somebodys(memory, monkeypatch):
    dataset.prepare(memory)
    with StoredClaims(memory) as mine, StoredClaims(memory) as yours:
        assert mine.take(0)

        def refuses(*_further):
            raise OSError("At least one of the pre-conditions you specified did not hold")

        monkeypatch.setattr(storage, "create", refuses)
        assert not yours.take(0)
        with pytest.raises(InputRefused, match="pre-conditions"):
            yours.take(1)
        assert storage.exists(mine.path(0))


# --- who works on what ---------------------------------------------------------------------------------


def test_a_claim_in_a_store_is_had_by_one_and_expires(memory):
    dataset.prepare(memory)
    with StoredClaims(memory) as mine, StoredClaims(memory, expires=0.0) as yours:
        assert mine.take(0)
        assert not mine.take(0)
        assert not yours.take(0), "seen for the first time"
        mine._touch(mine.path(0))
        assert not yours.take(0), "it was touched meanwhile"
        assert yours.take(0), "nobody touched it"
        mine._touch(mine.path(0))
        mine.give_back(0)
        assert storage.exists(mine.path(0)), "it is no longer mine to give back"
    assert not list((memory / "claims").iterdir())


def test_a_claim_in_a_store_is_touched(memory):
    dataset.prepare(memory)
    with StoredClaims(memory, beat=0.02) as own:
        own.take(3)
        before = own._owner(own.path(3))["beat"]
        while own._owner(own.path(3)).get("beat", 0) < before + 3:
            pass
    assert isinstance(claims_in(memory), StoredClaims)
    assert not isinstance(claims_in(Path("x")), StoredClaims)


def test_of_two_that_take_over_at_once_one_has_it(memory, monkeypatch):
    """The other writes in between, as a store without conditions lets it."""
    dataset.prepare(memory)
    create = storage.create

    def both(path, content):
        create(path, content)
        storage.replace(path, json.dumps({"mark": "another"}).encode())

    monkeypatch.setattr(storage, "create", both)
    with StoredClaims(memory) as own:
        assert not own.take(0)


# --- workers that write themselves ---------------------------------------------------------------------


def test_what_workers_write_is_seen_and_not_sent(tmp_path, folder):
    plan = runner.begin(tmp_path / "out", plan_of(GRID))
    address = (tmp_path / "out").as_uri()
    sweep = Sweep(tmp_path / "out", plan, SILENT)

    def elsewhere(plan, blocks):
        for block in blocks:
            assert cluster.run_block(plan, block, plan.version, address) is None
            yield block.number, None

    assert sweep.run(elsewhere=elsewhere).digest == manifest.read(folder).digest
    assert contents(tmp_path / "out") == contents(folder)


def test_a_chunk_that_is_never_seen_is_missed(tmp_path, monkeypatch):
    monkeypatch.setattr(runner, "UNSEEN", 0.1)
    plan = runner.begin(tmp_path / "out", plan_of(GRID))
    with pytest.raises(InputRefused, match=r"written chunk-0000000\.parquet, and within 0\.1 seconds"):
        Sweep(tmp_path / "out", plan, SILENT).run(elsewhere=lambda plan, blocks: ((one.number, None) for one in blocks))
    assert not list((tmp_path / "out" / "claims").iterdir())


def test_a_worker_that_does_not_see_the_folder_refuses(tmp_path):
    plan = plan_of(GRID)
    with pytest.raises(InputRefused, match="does not read and write"):
        cluster.run_block(plan, plan.block(0), plan.version, (tmp_path / "nowhere").as_uri())
    assert not (tmp_path / "nowhere").exists()
