"""What a session remembers: events folded into a record, kept in a file that a killed process leaves whole."""

import errno
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from room import NO_TABLES, SCREENS, TABLES, record

from simulation.cli.main import main
from simulation.engine import ensemble
from simulation.session import store
from simulation.session.codes import LETTERS, code_in, is_code, new_code, participant_id
from simulation.session.events import KINDS, applied, folded, refusal
from simulation.session.exports import from_yaml, to_yaml
from simulation.session.record import TABLE, Event
from simulation.session.store import Store
from simulation.study.errors import InputRefused
from simulation.system.limits import LIMITS
from simulation.text.characters import composed, first_unseen

ANN, BOB, CAT = "a" * 32, "b" * 32, "c" * 32


def join(who, nickname, table="sales"):
    return "join", {"id": who, "nickname": nickname, "table": table, "language": "nl"}


def answer(who, screen, value):
    return "answer", {"id": who, "screen": screen, "value": value}


def go(key):
    return "go", {"to": [screen.key for screen in SCREENS].index(key)}


def played(*steps, start=None, at=1000.0):
    """The record after steps, each of which must be allowed."""
    now = start or record()
    for kind, data in steps:
        assert refusal(now, kind, data) is None, (kind, data, refusal(now, kind, data))
        now = applied(now, Event(now.number + 1, at + now.number, kind, data))
    return now


QUESTION, ROLES, WEEKS, *ROUNDS = [screen for screen in SCREENS if screen.ask]
THREE = (join(ANN, "Ann"), join(BOB, "Bob"), join(CAT, "Cat", "it"))


# --- the record ------------------------------------------------------------------------------------------


def test_phones_and_hands_are_counted_together():
    now = played(*THREE, go(QUESTION.key), answer(ANN, QUESTION.key, 0), answer(BOB, QUESTION.key, 2))
    now = played(("hands", {"screen": QUESTION.key, "option": 2, "count": 4}), start=now)
    assert now.tally(QUESTION) == (1, 0, 5)
    assert now.answered(QUESTION) == (ANN, BOB)
    assert now.expected(QUESTION) == (ANN, BOB, CAT)


def test_the_last_answer_counts_once():
    now = played(*THREE, go(QUESTION.key), *(answer(ANN, QUESTION.key, value) for value in (0, 1, 2, 1)))
    assert now.tally(QUESTION) == (0, 1, 0)


@pytest.mark.parametrize(
    ("before", "why"),
    [
        ([("lock", {"screen": QUESTION.key, "on": True})], "locked"),
        ([("reveal", {"screen": QUESTION.key, "on": True})], "locked"),
        (
            [("reveal", {"screen": QUESTION.key, "on": True}), ("reveal", {"screen": QUESTION.key, "on": False})],
            "locked",
        ),
        ([("pause", {"on": True})], "paused"),
        ([go("lobby")], "moved_on"),
        ([("over", {"on": True})], "over"),
        ([("remove", {"id": ANN})], "removed"),
        ([], None),
    ],
)
def test_when_an_answer_is_taken(before, why):
    now = played(*THREE, go(QUESTION.key), *before)
    kind, data = answer(ANN, QUESTION.key, 1)
    assert refusal(now, kind, data) == why
    after = applied(now, Event(99, 1.0, kind, data))
    assert after.number == 99
    assert sum(after.tally(QUESTION)) == (why is None)


@pytest.mark.parametrize("value", [-1, 3, 1.0, True, "1", None, float("nan")])
def test_an_answer_is_one_of_the_options(value):
    assert refusal(played(*THREE, go(QUESTION.key)), *answer(ANN, QUESTION.key, value)) in {"value", "unknown"}


def test_a_removed_participant_is_not_counted_and_comes_back_under_another_name():
    now = played(*THREE, go(QUESTION.key), answer(ANN, QUESTION.key, 0), ("remove", {"id": ANN}))
    assert now.tally(QUESTION) == (0, 0, 0)
    assert refusal(now, *join(ANN, "Anna")) == "removed"  # the same browser gets a new token
    assert refusal(now, *join("d" * 32, "ANN ")) == "nickname_taken"
    now = played(join("d" * 32, "Anna"), answer("d" * 32, QUESTION.key, 1), start=now)
    assert now.tally(QUESTION) == (0, 1, 0)


@pytest.mark.parametrize("nickname", ["ann", "Ann ", "А\u006en\u006e", "", " ", "\u202eAnn", "x" * 25, "\u200b"])
def test_nicknames_that_are_refused(nickname):
    now = played(*THREE)
    nickname = "Аnn" if nickname.startswith("А") else nickname  # a Cyrillic letter that looks Latin
    assert (refusal(now, *join("d" * 32, nickname)) or "").startswith("nickname")


def test_joining_twice_is_joining_once():
    now = played(*THREE, join(ANN, "Ann"))
    assert len(now.present) == 3


def test_a_session_has_room_for_so_many():
    now = played(*(join(f"{n:032}", f"nr {n}") for n in range(LIMITS.participants)))
    assert refusal(now, *join(ANN, "Ann")) == "full"


def test_a_table_has_one_answer_whoever_gives_it():
    key = ROUNDS[0].key
    now = played(*THREE, go(key), answer(ANN, key, 20), answer(BOB, key, 35))
    assert now.number_answers(ROUNDS[0]) == (35,)
    assert now.answered(ROUNDS[0]) == (TABLE + "sales",)
    assert now.expected(ROUNDS[0]) == (TABLE + "sales", TABLE + "it")
    assert refusal(played(("seat", {"id": ANN, "table": ""}), start=now), *answer(ANN, key, 5)) == "no_table"


def test_a_table_that_does_not_answer_keeps_what_it_pledged_last():
    first, second, third = (screen.key for screen in ROUNDS)
    now = played(*THREE, go(first), answer(ANN, first, 20), go(second), answer(CAT, second, 40))
    assert now.pledges("pledge") == {"sales": (20, None, None), "it": (None, 40, None)}  # the round is still open
    now = played(("lock", {"screen": second, "on": True}), start=now)
    assert now.pledges("pledge") == {"sales": (20, 20, None), "it": (None, 40, None)}
    now = played(go(third), answer(ANN, third, 0), go("end"), start=now)
    assert now.pledges("pledge") == {"sales": (20, 20, 0), "it": (None, 40, 40)}


def test_a_table_that_is_left_is_played_by_the_model():
    now = played(join(ANN, "Ann"))
    assert now.tables_played() == ("it",)
    typed = played(("typed", {"screen": ROUNDS[0].key, "table": "it", "value": 10}), start=now)
    assert typed.tables_played() == ()
    assert played(("seat", {"id": ANN, "table": ""}), start=typed).tables_played() == ("sales",)
    assert played(("remove", {"id": ANN}), start=typed).tables_played() == ("sales",)


def test_numbers_from_paper_count_too():
    now = played(
        *THREE, go(WEEKS.key), answer(ANN, WEEKS.key, 30), ("papers", {"screen": WEEKS.key, "values": [10, 20.5]})
    )
    assert now.number_answers(WEEKS) == (30, 10, 20.5)


def test_a_pause_stops_the_timer():
    now = played(("timer", {"seconds": 60}), at=0)
    assert now.timer_until == 60
    now = applied(now, Event(2, 10.0, "pause", {"on": True}))
    now = applied(now, Event(3, 12.0, "pause", {"on": True}))  # the button pressed twice
    assert (now.timer_until, now.timer_left) == (None, 50)
    assert applied(now, Event(4, 100.0, "pause", {"on": False})).timer_until == 150


def test_a_press_that_comes_after_the_screen_has_changed_does_nothing():
    now = played(*THREE, go(QUESTION.key))
    assert refusal(now, "lock", {"screen": "lobby", "on": True}) == "moved_on"
    assert refusal(now, "reveal", {"screen": ROLES.key, "on": True}) == "moved_on"


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_what_is_misshapen_changes_nothing(kind):
    now = played(*THREE, go(QUESTION.key))
    for data in ({}, {"x": 1}, dict.fromkeys(KINDS[kind].fields, None), dict.fromkeys(KINDS[kind].fields, object())):
        assert refusal(now, kind, data) == "unknown"
        assert applied(now, Event(50, 0.0, kind, data)) == played(start=now).__class__(**{**vars(now), "number": 50})


# whatever comes in whatever order: the fold is total, and its totals add up

PEOPLE = st.sampled_from([ANN, BOB, CAT, "d" * 32])
KEYS = st.sampled_from([screen.key for screen in SCREENS])
NAMES = st.sampled_from(["sales", "it", "", "nobody"])
ON = st.booleans()
STEP = st.one_of(
    st.builds(lambda who, table: join(who, who[:2], table), PEOPLE, NAMES),
    st.builds(answer, PEOPLE, KEYS, st.one_of(st.integers(-1, 210), st.floats())),
    st.builds(lambda to: ("go", {"to": to}), st.integers(-1, len(SCREENS))),
    st.builds(lambda kind, key, on: (kind, {"screen": key, "on": on}), st.sampled_from(["lock", "reveal"]), KEYS, ON),
    st.builds(lambda kind, on: (kind, {"on": on}), st.sampled_from(["pause", "black", "hide", "over"]), ON),
    st.builds(lambda who: ("remove", {"id": who}), PEOPLE),
    st.builds(lambda who, table: ("seat", {"id": who, "table": table}), PEOPLE, NAMES),
    st.builds(
        lambda key, option, count: ("hands", {"screen": key, "option": option, "count": count}),
        KEYS,
        st.integers(-1, 3),
        st.integers(-1, 9),
    ),
    st.builds(
        lambda key, table, value: ("typed", {"screen": key, "table": table, "value": value}),
        KEYS,
        NAMES,
        st.integers(0, 99),
    ),
)


@settings(max_examples=200)
@given(st.lists(STEP, max_size=60))
def test_whatever_happens_totals_add_up(steps):
    now = record()
    votes = {}  # counted again, in the simplest way
    for number, (kind, data) in enumerate(steps, 1):
        allowed = refusal(now, kind, data) is None
        if allowed and kind == "answer" and now.screen.ask.by == "person":
            votes[data["screen"], data["id"]] = data["value"]
        now = applied(now, Event(number, float(number), kind, data))
    for screen in SCREENS:
        if screen.ask and screen.ask.by == "person":
            mine = [
                value for (key, who), value in votes.items() if key == screen.key and not now.participants[who].removed
            ]
            assert len(now.counted(screen)) == len(mine)
            if screen.ask.kind == "option":
                hands = sum(count for (key, _), count in now.hands.items() if key == screen.key)
                assert sum(now.tally(screen)) == len(mine) + hands
            else:
                assert sorted(now.number_answers(screen)) == sorted(mine)
        elif screen.ask:
            assert len(now.counted(screen)) <= len(TABLES)
    assert now == folded(record(), [Event(n, float(n), *step) for n, step in enumerate(steps, 1)])


def test_without_tables_nobody_chooses_one():
    now = played(join(ANN, "Ann", ""), start=record(NO_TABLES))
    assert now.participants[ANN].table == ""
    assert now.tables_played() == ()


# --- codes -----------------------------------------------------------------------------------------------


def test_codes_are_read_as_people_type_them():
    code = new_code()
    assert is_code(code)
    assert code_in(f" {code[:4].lower()}-{code[4:]}") == code
    assert len(LETTERS) ** len(code) > 8e11
    assert not set("IL1O0") & set(LETTERS)


def test_the_record_knows_nobody_by_their_token():
    assert len(participant_id("token")) == 32
    assert participant_id("token") != participant_id("Token")


# --- the file --------------------------------------------------------------------------------------------


@pytest.fixture
def kept(monkeypatch, tmp_path):
    """A folder of sessions of this test alone."""
    monkeypatch.setenv("SYNERGY_CACHE_DIR", str(tmp_path))
    return tmp_path / "sessions"


def event(number, client="", kind="black"):
    return Event(number, float(number), kind, {"on": True}, client)


def test_events_come_back_as_they_were_written(kept):
    code = new_code()
    first = Store(code, {"programme": "demo"})
    events = [Event(1, 1.5, "join", {"nickname": "Zoë 🦀"}, "one"), event(2)]
    first.append(events)
    first.add_digest("x")
    first.close()
    again = Store(code)
    assert again.events() == events
    assert again.about("programme") == "demo"
    assert again.digests() == ("x",)
    again.delete()
    assert list(kept.iterdir()) == []


def test_all_of_a_batch_or_nothing(kept):
    import sqlite3

    one = Store(new_code(), {})
    one.append([event(1, "a")])
    for batch in ([event(2, "b"), event(3, "a")], [event(2), event(1)]):  # the same client twice; the same number twice
        with pytest.raises(sqlite3.IntegrityError):
            one.append(batch)
    assert [other.number for other in one.events()] == [1]
    one.append([event(2), event(3)])  # events without a client's mark are no repeats of each other
    one.close()


def test_a_file_is_open_in_one_place(kept):
    one = Store(new_code(), {})
    with pytest.raises(InputRefused, match="open already"):
        Store(one.code)
    one.close()
    Store(one.code).close()


@pytest.mark.skipif(os.name == "nt", reason="modes of files are POSIX's")
def test_nobody_else_reads_a_session(kept):
    one = Store(new_code(), {})
    one.append([event(1)])
    assert kept.stat().st_mode & 0o077 == 0
    assert [path.name for path in kept.iterdir() if path.stat().st_mode & 0o077] == []
    one.close()


@pytest.mark.parametrize("given", ["", "../x", "KXTR7MP0", "K" * 9, "KXTR7MPQ"])
def test_a_session_that_is_not_there_is_refused(kept, given):
    with pytest.raises(InputRefused, match="no session"):
        Store(given)


def test_what_is_no_session_s_file_is_refused(kept):
    kept.mkdir(parents=True)
    for content in (b"", b"not a database" * 100):
        (kept / "KXTR7MPQ.sqlite").write_bytes(content)
        with pytest.raises(InputRefused, match="no file of a session"):
            Store("KXTR7MPQ")


def test_old_sessions_are_deleted(kept):
    old, new = Store(new_code(), {}), Store(new_code(), {})
    for one in (old, new):
        one.append([event(1)])
        one.close()
    month = time.time() - 86_400 * (LIMITS.kept_days + 1)
    os.utime(old.path, (month, month))
    assert store.codes() == [new.code, old.code]
    assert store.forget_old() == [old.code]
    assert store.codes() == [new.code]
    assert store.length(new.code) == 1


def test_a_session_that_is_open_is_kept_whatever_the_clock_says(kept):
    """The clock may jump, or a session may stand open for a month."""
    code = new_code()
    with subprocess.Popen([sys.executable, "-c", WRITER, code], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "1\n"
        later = time.time() + 86_400 * (LIMITS.kept_days + 400)
        assert store.forget_old(later) == []
        assert store.path_of(code).is_file()
        other.kill()
    assert store.forget_old(later) == [code]


def test_a_damaged_file_is_forgotten_in_time(kept):
    kept.mkdir()
    path = store.path_of(new_code())
    path.write_bytes(b"no base at all" * 100)
    assert store.forget_old(time.time() + 86_400 * (LIMITS.kept_days + 1)) == [path.stem]


@pytest.mark.parametrize("where", ["tables", "file"])
def test_a_full_disk_is_named_and_leaves_nothing(kept, where, monkeypatch):
    if where == "tables":
        connected = store._connected

        def little(path):
            base = connected(path)
            base.execute("PRAGMA max_page_count = 2")  # as if there were room for no more
            return base

        monkeypatch.setattr(store, "_connected", little)
    else:

        def full(*_further):
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(os, "open", full)
    with pytest.raises(InputRefused, match="the disk is full"):
        Store(new_code(), {})
    monkeypatch.undo()
    assert not list(kept.iterdir())


def test_a_disk_that_is_full_later_is_named_as_well(kept, monkeypatch, capsys):
    """The trainer's key is the last that is written before anybody comes."""
    code = new_code()
    Store(code, {"language": "en", "source": ""}).close()

    def full(*_further):
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorname = "SQLITE_FULL"
        raise error

    monkeypatch.setattr(Store, "add_digest", full)
    assert main(["session", "--continue", code, "--no-open", "--lang", "en"]) == 1
    assert "the disk is full" in capsys.readouterr().err
    assert store.codes() == [code]
    assert main(["session", "--sessions", "2", "--no-open", "--lang", "en"]) == 1
    assert "the disk is full" in capsys.readouterr().err
    assert store.codes() == [code], "nothing new is left"


def test_what_is_about_a_file_wants_one(capsys):
    for words in (["--replay"], ["--out", "a.yaml"], ["--against", "b.yaml"]):
        for language, said in (("en", "was exported. Name it"), ("nl", "bewaarde sessie. Noem het")):
            assert main(["session", *words, "--lang", language]) == 2
            assert said in capsys.readouterr().err
    assert main(["session", "a.yaml", "--against", "b.yaml", "--replay", "--lang", "en"]) == 2
    assert "--replay is about one" in capsys.readouterr().err


def test_a_port_that_is_taken_leaves_no_session(kept, capsys):
    ensemble.warm()  # what is compiled is kept where it was before
    with socket.create_server(("127.0.0.1", 0)) as taken:
        words = ["session", "--port", str(taken.getsockname()[1]), "--no-open", "--lang", "en"]
        assert main(words) == 1
    assert "Traceback" not in capsys.readouterr().err
    assert not list(kept.iterdir())


WRITER = """
import sys
from simulation.session.record import Event
from simulation.session.store import Store
one = Store(sys.argv[1], {})
for number in range(1, 100_000):
    one.append([Event(number, 0.0, "black", {"on": True}, f"client {number}")])
    print(number, flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow), pytest.param(3, marks=pytest.mark.slow)])
def test_what_was_acknowledged_outlives_a_kill(kept, seed):
    code = new_code()
    process = subprocess.Popen([sys.executable, "-c", WRITER, code], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "1\n"
    time.sleep(random.Random(seed).uniform(0.05, 0.3))
    process.send_signal(signal.SIGKILL)
    acknowledged = 1 + len(process.stdout.read().splitlines())
    process.wait()
    process.stdout.close()
    again = Store(code)
    numbers = [one.number for one in again.events()]
    assert numbers == list(range(1, len(numbers) + 1))
    assert acknowledged <= len(numbers) <= acknowledged + 1
    again.close()


# --- exported --------------------------------------------------------------------------------------------

TEXTS = st.text(max_size=30).map(composed).filter(lambda text: first_unseen(text) is None)  # as nicknames are


@settings(max_examples=40)
@given(st.lists(st.tuples(TEXTS, st.floats(1, 1e10), st.integers(0, 100)), max_size=8), TEXTS)
def test_an_export_holds_what_happened(rows, source):
    events = []
    for text, at, value in rows:
        data = {"id": text, "nickname": text, "table": text, "language": "nl"}
        events += [Event(len(events) + 1, at, "join", data), Event(len(events) + 2, at, *answer(text, text, value))]
    exported = from_yaml(to_yaml(events, source))
    assert list(exported.events) == events
    assert exported.source == "\n".join(source.splitlines())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no exported session"),
        ("session: 3", "no exported session"),
        ("organisation: {}", "no exported session"),
        ("session: {format: 2, programme: [], events: []}", "no exported session"),
        ("session: {format: 1, programme: x, events: []}", "no exported session"),
        ("session: {format: 1, programme: [], events: [], more: 1}", "no exported session"),
        ("session: {format: 1, programme: [], events: [{at: 1, kind: go}]}", "nothing that can"),
        ("session: {format: 1, programme: [], events: [{at: 1, kind: fly, data: {}}]}", "nothing that can"),
        ("session: {format: 1, programme: [], events: [{at: x, kind: go, data: {to: 1}}]}", "nothing that can"),
        (
            "session: {format: 1, programme: [], events: [{at: .nan, kind: go, data: {to: 1}}]}",
            "nothing that can",
        ),
        (
            "session: {format: 1, programme: [], events: [{at: 1, kind: [go], data: {to: 1}}]}",
            "nothing that can",
        ),
        ("session: {format: 1, programme: [], events: [{at: 1, kind: papers, data: {screen: a, values: [x]}}]}", None),
        ("session: [", "line 1"),
    ],
)
def test_what_is_no_export_is_refused(text, said):
    if said is None:  # of the right shape, and passed over by the fold
        assert folded(record(), from_yaml(text).events).papers == {}
        return
    with pytest.raises(InputRefused, match=said):
        from_yaml(text)
