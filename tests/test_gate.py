"""The gate: a message reaches a widget only if one of our own pages sends it."""

import ast
import contextlib
import hashlib
import importlib.util
import inspect
import json
import re
import struct
import threading
import uuid
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace

import pytest
from attacker import Visitor, ask, message
from conftest import in_memory, served
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.exceptions import InvalidStatus

from simulation.dashboard.pages import pages
from simulation.dashboard.server import gate
from simulation.dashboard.server.gate import Dropped, Gate, Refused, events_of
from simulation.system.limits import LIMITS
from simulation.text.i18n import LANGUAGES, say


@pytest.fixture(scope="module")
def guest(address):
    """A connected page."""
    visitor = Visitor(address)
    yield visitor
    visitor.close()


# --- on the real server --------------------------------------------------------------------------------


def shell(path, module="IPython", name="start_ipython"):
    """What has ipyvue import a module and call what is in it."""
    code = f"open({str(path)!r}, 'w').close()"
    props = {"argv": ["--no-banner", "--ipython-dir=/nowhere", "-c", code]}
    return {"create_widget": [module, name], "props": props, "id": uuid.uuid4().hex}


def test_no_message_imports_a_module_and_calls_what_is_in_it(guest, tmp_path):
    mark = tmp_path / "ran"
    frame = guest.widget("sy-rail")
    tries = [
        shell(mark),
        {**shell(mark), "event": "event_go", "data": "save"},
        {"create_widget": ["pathlib", "Path"], "props": {}, "id": "x"},
        {"update_ref": {"functionRef": "close", "args": []}, "id": frame, "prop": "page"},
        {"update_ref": {"objectRef": "__class__"}, "id": frame, "prop": "page"},
        {"destroy_widget": frame},
        {"event": "create_widget", "data": shell(mark)},
    ]
    for widget in list(guest.widgets):
        for content in tries:
            guest.say(widget, content)
    assert guest.answers()
    assert not mark.exists()


def test_asking_the_server_to_exit_ends_nothing(guest, address):
    for module, name in (("sys", "exit"), ("os", "_exit"), ("signal", "raise_signal")):
        guest.say(guest.widget("sy-rail"), {"create_widget": [module, name], "props": {}, "id": "x"})
    assert guest.answers()
    assert ask(address, "/readyz")[0] == 200


def test_no_message_makes_a_widget(guest):
    before = set(guest.widgets)
    for model, view in (("TextModel", "TextView"), ("VBoxModel", "VBoxView")):
        state = {
            "_model_module": "@jupyter-widgets/controls",
            "_model_module_version": "2.0.0",
            "_model_name": model,
            "_view_module": "@jupyter-widgets/controls",
            "_view_module_version": "2.0.0",
            "_view_name": view,
        }
        content = {"comm_id": uuid.uuid4().hex, "target_name": "jupyter.widget", "data": {"state": state}}
        guest.socket.send(message("comm_open", content, metadata={"version": "2.1.0"}))
        update = {"comm_id": content["comm_id"], "data": {"method": "request_state"}}
        guest.socket.send(message("comm_msg", update))
    assert guest.answers()
    guest.drain()
    models = {state.get("_model_name") for name, state in guest.widgets.items() if name not in before}
    assert not models & {"TextModel", "VBoxModel"}


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("shutdown_request", {"restart": False}),
        ("execute_request", {"code": "1", "silent": False}),
        ("interrupt_request", {}),
        ("no_such_kind", {}),
        ("comm_msg", {}),
        ("comm_close", {"comm_id": "x"}),
    ],
)
def test_what_no_page_sends_is_dropped_and_the_page_goes_on(guest, kind, content):
    guest.socket.send(message(kind, content))
    assert guest.answers()


def test_a_widget_is_not_closed_and_takes_no_traits_from_outside(guest):
    frame = guest.widget("sy-rail")
    guest.socket.send(message("comm_close", {"comm_id": frame, "data": {}}))
    for state in ({"template": "<b>x</b>"}, {"words_text": "{}"}, {"_model_module": "x"}, {"events": ["go"]}, {}):
        update = {"method": "update", "state": state, "buffer_paths": []}
        guest.socket.send(message("comm_msg", {"comm_id": frame, "data": update}))
    assert guest.answers()
    guest.drain()
    assert guest.widgets[frame]["words_text"] != "{}"


@pytest.mark.slow
def test_the_first_bytes_of_a_message_say_nothing_of_memory():
    with served() as (url, process):
        guest = Visitor(url)
        before = in_memory(process)
        for count in (0, 1, 2, 1_000, 3_000_000, 16_000_000, 16_000_001, 2**31, 2**32 - 1):
            guest.socket.send(struct.pack("!I", count))
            guest.socket.send(struct.pack("!I", count) + b"{}")
        assert guest.answers()
        assert in_memory(process) - before < 60_000_000
        guest.close()


def test_a_second_beginning_is_none(guest):
    begin = {"method": "run", "args": {"path": "/save", "dark": False, "themes": {}}}
    guest.drain()
    for _ in range(5):
        guest.socket.send(message("comm_msg", {"comm_id": guest.control, "data": begin}))
    assert guest.answers()
    guest.drain()
    assert guest.begun == 1


def test_another_visitor_cannot_speak_for_a_page(guest, address):
    other = Visitor(address)
    stolen = Visitor.__new__(Visitor)
    stolen.stack = contextlib.ExitStack()
    stolen.url, stolen.kernel, stolen.page, stolen.cookie = guest.url, guest.kernel, str(uuid.uuid4()), other.cookie
    with pytest.raises(InvalidStatus, match="403"):
        stolen.connected()
    assert guest.answers()
    other.close()


def test_pages_that_come_back_at_once_are_each_told_their_own_state(address):
    guests = [Visitor(address) for _ in range(2)]
    channels = [uuid.uuid4().hex for _ in guests]
    for guest, channel in zip(guests, channels, strict=True):
        opening = {"comm_id": channel, "target_name": "jupyter.widget.control", "data": {}}
        guest.socket.send(message("comm_open", opening, metadata={"version": "1.0.0"}))
    for guest, channel in zip(guests, channels, strict=True):  # by now ipywidgets holds the second one's channel only
        guest.drain(0.2)
        guest.socket.send(message("comm_msg", {"comm_id": channel, "data": {"method": "request_states"}}))
    for guest, channel in zip(guests, channels, strict=True):
        states = states_told(guest, channel)
        assert set(states) >= set(guest.widgets)
        for other in guests:
            if other is not guest:
                assert not set(states) & {other.widget("sy-rail")}
        guest.close()


def states_told(guest, channel):
    """The states that come as an answer on a channel."""
    for _ in range(200):
        text = guest.socket.recv(timeout=60)
        data = json.loads(text) if isinstance(text, str) else json.loads(text[text.index(b"{") :].split(b"}\x00")[0])
        content = data["content"]
        if content.get("comm_id") == channel and content["data"].get("method") == "update_states":
            return content["data"]["states"]
    raise AssertionError("no answer")


def test_a_page_that_is_older_than_the_server_is_told_so(guest):
    frame = guest.widget("sy-rail")
    guest.say(frame, {"event": "event_of_last_year", "data": 1})
    texts = lambda: [str(state.get("unsafe_innerHTML", "")) for state in guest.widgets.values()]  # noqa: E731
    guest.until(lambda: any(say("web.outdated", language) in texts() for language in LANGUAGES), 10)
    assert guest.answers()


def test_events_with_data_of_another_shape_do_not_arrive(guest):
    frame = guest.widget("sy-rail")
    before = guest.widgets[frame]["language"]
    for data in (None, 5, ["nl"], {"nl": 1}, "x" * 1_000, "\ud800"):
        guest.say(frame, {"event": "event_speak", "data": data})
    guest.say(frame, {"event": "event_moved", "data": {"address": "/save", "count": 1, "more": 2}})
    guest.drain()
    assert guest.widgets[frame]["language"] == before
    assert guest.answers()


# --- message by message --------------------------------------------------------------------------------


def page_with(**widgets):
    """Solara's memory of a page with these widgets, and a control channel."""
    channels = {name: SimpleNamespace(target_name="jupyter.widget") for name in widgets}
    channels["c" * 32] = SimpleNamespace(target_name="solara.control")
    kernel = SimpleNamespace(comm_manager=SimpleNamespace(comms=channels))
    return SimpleNamespace(kernel=kernel, widgets=widgets, container=None)


def passed(text, context=None):
    """What comes through the gate."""
    return json.loads(Gate(lambda: context).passed({"type": "websocket.receive", "text": text})["text"])


def components():
    """The class of every component that the dashboard declares."""
    for page in pages().values():
        assert page
    found = {}
    from simulation.dashboard.components import frame

    for module in (frame, *pages().values()):
        for value in vars(module).values():
            inside = inspect.getclosurevars(value).nonlocals if inspect.isfunction(value) else {}
            if "VueWidgetSolaraSub" in inside:
                found[inside["VueWidgetSolaraSub"].template_file[1]] = inside["VueWidgetSolaraSub"]
    return found


def test_every_component_says_which_events_it_takes():
    found = components()
    assert len(found) == 14
    for name, kind in found.items():
        takes = {one for one in vars(kind) if one.startswith("vue_event_")}
        assert {f"vue_{one}" for one in getattr(kind, gate.DECLARED)} == takes, name


def test_every_event_that_a_vue_file_sends_is_declared():
    folder = files("simulation").joinpath("dashboard")
    for name, kind in components().items():
        (path,) = Path(str(folder)).rglob(name)
        text = path.read_text("utf-8")
        assert set(re.findall(r"\b(event_\w+)\(", text)) == set(getattr(kind, gate.DECLARED)), name


def test_a_message_is_made_anew_from_its_parts():
    smuggled = message("kernel_info_request", {"code": "1"}, buffers=["x"], parent_header={"a": 1}, more={"b": 2})
    through = passed(smuggled)
    assert through["content"] == {}
    assert through["buffers"] == []
    assert through["parent_header"] == {}
    assert "more" not in through


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)
DEEP = json.loads("[" * 20 + "]" * 20)
KINDS = ["comm_msg", "comm_open", "comm_close", "shutdown_request", "kernel_info_request", "comm_info_request"]


@given(st.sampled_from(KINDS) | st.text(max_size=10), json_like, json_like)
@settings(max_examples=300)
def test_nothing_made_up_comes_through_but_the_questions_that_change_nothing(kind, content, data):
    widget = components()["frame.vue"]
    context = page_with(**{"a" * 32: widget.__new__(widget)})
    for inside in (content, {"comm_id": "a" * 32, "data": data}, {"comm_id": "c" * 32, "data": data}):
        try:
            through = passed(message(kind, inside), context)
        except Refused:
            continue
        assert kind in {"kernel_info_request", "comm_info_request"} or set(through["content"]) == {"comm_id", "data"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "1" * 5_000,
        "[" * 60_000,
        '{"header": NaN}',
        "x" * 70_000,
        message("comm_msg", DEEP),
    ],
)
def test_what_is_no_message_is_refused(text):
    with pytest.raises(Refused):
        passed(text, page_with())


def test_a_binary_message_is_refused_before_its_length_is_believed():
    with pytest.raises(Refused, match="binary"):
        Gate(page_with).passed({"type": "websocket.receive", "bytes": struct.pack("!i", 16_000_000), "text": None})


def test_channels_are_not_opened_without_end():
    context = page_with()
    opening = message("comm_open", {"comm_id": "d" * 32, "target_name": "solara.control", "data": {}})
    assert passed(opening, context)["content"]["target_name"] == "solara.control"
    for number in range(LIMITS.channels + 1):
        context.kernel.comm_manager.comms[str(number)] = SimpleNamespace(target_name="solara.control")
    with pytest.raises(Refused, match="too many"):
        passed(opening, context)


def test_what_is_dropped_is_counted_and_the_count_cannot_be_filled():
    dropped = Dropped()
    for number in range(500):
        with pytest.raises(Refused) as refused:
            passed(message(f"kind_{number}", {"comm_id": "x" * 32}), page_with())
        dropped.add(refused.value.reason)
    assert sum(dropped.counts.values()) == 500
    assert len(dropped.counts) == 1


# --- a second time, inside the libraries ---------------------------------------------------------------


@pytest.fixture
def frame():
    """A component of ours as ipyvue makes it, with the second door shut."""
    notes = []
    gate.install(notes.append)
    spoken = []
    widget = components()["frame.vue"](
        pages_text="[]", page="save", language="en", address="/", moves=0, words_text="{}",
        _event_callbacks={"speak": spoken.append},
    )  # fmt: skip
    yield SimpleNamespace(widget=widget, notes=notes, spoken=spoken)
    widget.close()


def test_ipyvue_itself_obeys_declared_events_only(frame, tmp_path):
    assert set(events_of(frame.widget)) == {"event_go", "event_speak", "event_moved", "event_recall", "event_press"}
    frame.widget._handle_custom_msg({"event": "speak", "data": "nl"}, [])
    assert frame.spoken == ["nl"]
    mark = tmp_path / "ran"
    wrong = [
        {"create_widget": ["pathlib", "Path"], "props": {}, "id": "x"},
        {"create_widget": ["os", "mkdir"], "props": {"path": str(mark)}, "id": "x"},
        {"update_ref": "nl", "id": frame.widget.model_id, "prop": "language"},
        {"destroy_widget": "x"},
        {"event": "speak", "data": 5},
        {"event": "__init__", "data": {}},
    ]
    for content in wrong:
        frame.widget._handle_custom_msg(content, [])
    assert not mark.exists()
    assert frame.widget.language == "en"
    assert frame.spoken == ["nl"]
    assert len(frame.notes) == len(wrong)


def test_ipywidgets_itself_makes_no_widget_of_a_message():
    from ipywidgets import Widget

    notes, closed = [], []
    gate.install(notes.append)
    Widget.handle_comm_opened(SimpleNamespace(close=lambda: closed.append(1)), {"content": {"data": {"state": {}}}})
    assert len(notes) == len(closed) == 1


WAYS_IN = {
    "ipyvue.VueTemplateWidget.Events._handle_event": "06cac65cb931ac57",
    "ipyvue.VueWidget.Events._handle_event": "90ed0d846d12838d",
    "ipyvue.VueWidget.Events._fire_event": "382f0e8101d69881",
    "ipywidgets.widgets.widget.Widget._handle_msg": "0ea73905964b0c0c",
    "ipywidgets.widgets.widget.Widget.set_state": "d605abcf7f777c47",
    "ipywidgets.widgets.widget.Widget._handle_custom_msg": "4234312eb1af9f19",
    "ipywidgets.widgets.widget.Widget.handle_comm_opened": "c466c3047ee6d0eb",
    "ipywidgets.widgets.widget.Widget._handle_control_comm_msg": "9bc4a7b260025ffe",
    "ipywidgets.register_comm_target": "b26929b40cf49e08",
    "comm.base_comm.CommManager.comm_open": "396c762b32652d9a",
    "comm.base_comm.CommManager.comm_msg": "b232c087f84a7831",
    "comm.base_comm.CommManager.comm_close": "fbec40ec2d6ea6a6",
    "solara.server.server.app_loop": "f2001e231425d426",
    "solara.server.server.process_kernel_messages": "ddbbac823bab1f91",
    "solara.server.app.solara_comm_target": "cd649bc38a0330d9",
    "solara.server.starlette._kernel_connection": "c97dc4a9825c7d10",
    "solara.components.component_vue._widget_from_signature": "e577ed7a6c3f1891",
    "uvicorn.protocols.websockets.websockets_sansio_impl.WebSocketsSansIOProtocol": "069193728e96560b",
    "uvicorn.protocols.http.h11_impl.H11Protocol": "4a05471953e659fe",
}
"""Whatever a message passes on its way to a widget, with a digest of its text as it was when it was last read."""


def text_of(name):
    """The text of something in a library, as it stands in its file."""
    parts = name.split(".")
    for length in range(len(parts) - 1, 0, -1):
        with contextlib.suppress(ModuleNotFoundError):
            source = Path(importlib.util.find_spec(".".join(parts[:length])).origin).read_text("utf-8")
            node = ast.parse(source)
            for part in parts[length:]:
                node = next(inner for inner in node.body if getattr(inner, "name", "") == part)
            return ast.get_source_segment(source, node)
    raise AssertionError(name)


@pytest.mark.parametrize("name", WAYS_IN)
def test_nothing_on_the_way_to_a_widget_has_changed_unread(name):
    """A library that changes may open a way round the gate. Read what changed; then write down the new digest."""
    assert hashlib.sha256(text_of(name).encode()).hexdigest()[:16] == WAYS_IN[name], name


def test_two_threads_count_together():
    dropped = Dropped()
    threads = [threading.Thread(target=lambda: [dropped.add("x") for _ in range(1_000)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert dropped.counts == {"x": 4_000}
    assert LIMITS.message_bytes < 100_000
