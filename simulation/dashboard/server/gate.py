"""What a page may say to the server: one list, and every message held against it before Solara sees it.

Solara passes on whatever a browser sends, and ipyvue obeys messages that import a module and call what is in it. So
nothing is passed on because it looks harmless. A message comes through only if it is one that our own pages send:

- an **event** that a component of ours declares (:func:`component`), with data of the declared shape;
- a **trait** that the browser may set (:data:`TRAITS`);
- a **click** on one of Solara's buttons (:data:`CLICKS`);
- the **control messages** that Solara's page needs to begin and to come back (``Gate._control``).

What comes through is made anew from its checked parts, so nothing rides along. All else is dropped and counted
(:class:`Dropped`). A new page declares what it takes in the signature of its components, and nothing else need be done.

:func:`install` closes the same ways a second time, inside ipyvue and ipywidgets, should a message ever come past.
"""

import contextlib
import inspect
import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from importlib.resources import files
from typing import Annotated, Any, TypeVar, get_args, get_type_hints

import solara
from ipyvue.VueTemplateWidget import Events
from ipyvuetify import Btn
from ipyvuetify.Themes import Theme
from ipywidgets import Widget
from ipywidgets.widgets import widget as widget_module
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, with_config
from solara.widgets.widgets import Navigator
from typing_extensions import TypedDict

from simulation.system.limits import LIMITS

Data = TypeVar("Data")
Event = Callable[[Data], None]
"""A component's event whose data has the shape ``Data``: ``event_go: Event[Word]``."""
Word = Annotated[str, Field(max_length=LIMITS.name_characters)]
"""A name, a choice, or a short text."""
closed = with_config(ConfigDict(extra="forbid"))
"""A decorator of ``TypedDict`` s: a message with a key that is not in it is refused."""
Component = TypeVar("Component", bound=Callable[..., Any])

IDENTIFIER = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""What a widget or a channel of messages (a comm) is known by."""
MODEL, CONTROL, STATES = "jupyter.widget", "solara.control", "jupyter.widget.control"


# --- what components declare ---------------------------------------------------------------------------

DECLARED = "declared_events"
"""The attribute in which a component's class keeps the shapes of its events."""


def component(path: str) -> Callable[[Component], Component]:
    """Declare a component drawn by the Vue file ``path`` (beside the caller's file), and the events that it takes.

    The function's arguments are the component's properties. An argument ``event_x: Event[Shape]`` is an event; its data
    is validated strictly against ``Shape``, a type that pydantic understands, before the callback gets it.
    """

    def declare(function: Component) -> Component:
        hints = get_type_hints(function, include_extras=True)
        shapes = {name: get_args(hint)[0][0] for name, hint in hints.items() if name.startswith("event_")}
        made = solara.component_vue(path, vuetify=False)(function)
        # Solara makes the widget's class and keeps it to itself.
        widget_class = inspect.getclosurevars(made).nonlocals["VueWidgetSolaraSub"]
        setattr(widget_class, DECLARED, {name: TypeAdapter(shape) for name, shape in shapes.items()})
        return made  # type: ignore[no-any-return]

    return declare


def events_of(widget: object) -> Mapping[str, TypeAdapter[Any]]:
    """The events that a widget takes, by name, if it is a component of ours; none otherwise."""
    declared: Mapping[str, TypeAdapter[Any]] = getattr(type(widget), DECLARED, {})
    return declared


Path = Annotated[str, Field(max_length=LIMITS.query_characters + 100, pattern="^/")]
TRAITS: Mapping[type[Widget], Mapping[str, TypeAdapter[Any]]] = {
    Navigator: {"location": TypeAdapter(Path)},  # where the visitor is, after Back
    Theme: {"dark_effective": TypeAdapter(bool)},  # whether the browser prefers a dark page
}
"""The traits that the browser may set, by the class of the widget."""
CLICKS: tuple[type[Widget], ...] = (Btn,)
"""Widgets of Solara's that take a click, whose details nobody needs."""


# --- what is dropped -----------------------------------------------------------------------------------


class Refused(Exception):
    """A message that does not come through; ``outdated`` if an older page of ours could have sent it."""

    def __init__(self, reason: str, outdated: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.outdated = reason, outdated


class Dropped:
    """How many messages were dropped, by reason, since the server began."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()

    def add(self, reason: str) -> int:
        """Count one more; gives how many there are with this reason."""
        with self._lock:
            self._counts[reason] += 1
            return self._counts[reason]

    @property
    def counts(self) -> dict[str, int]:
        """How many, by reason."""
        with self._lock:
            return dict(self._counts)


# --- the gate ------------------------------------------------------------------------------------------


class Gate:
    """Holds the messages of one connection against the list.

    ``context`` gives Solara's memory of the page (its widgets and its channels), or None before there is any.
    """

    def __init__(self, context: Callable[[], Any]) -> None:
        self._context = context

    def passed(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """An ASGI message made anew from what may come through; raises :class:`Refused`.

        Messages that are no data (that the connection is gone) pass as they are. Binary ones never do: our pages send
        none, and Solara believes what their first bytes say of their length.
        """
        if message["type"] != "websocket.receive":
            return dict(message)
        text = message.get("text")
        if not isinstance(text, str):
            raise Refused("binary")
        return {"type": "websocket.receive", "text": json.dumps(self._message(_parsed(text)))}

    def _message(self, data: Any) -> dict[str, Any]:
        """One of Jupyter's messages."""
        envelope = _valid(_ENVELOPE, data, "envelope")
        kind, content = envelope["header"]["msg_type"], envelope["content"]
        header = {**envelope["header"], "username": "", "version": "5.2"}
        metadata = {"version": "1.0.0"} if content.get("target_name") == STATES else {}
        return {
            "header": header,
            "parent_header": {},
            "metadata": metadata,
            "content": self._content(kind, content),
            "channel": "shell",
            "buffers": [],
        }

    def _content(self, kind: str, content: dict[str, Any]) -> dict[str, Any]:
        """What a message of that kind says."""
        if kind == "kernel_info_request":
            return {}
        if kind == "comm_info_request":
            return {"target_name": MODEL}
        if kind == "comm_open":
            return self._opening(content)
        identifier = content.get("comm_id")
        if kind not in {"comm_msg", "comm_close"} or not isinstance(identifier, str):
            raise Refused(f"kind {_word(kind)}")
        target = self._target(identifier)
        if kind == "comm_close":
            if target not in {CONTROL, STATES}:
                raise Refused("closing a widget")
            return {"comm_id": identifier, "data": {}}
        body = content.get("data")
        if not isinstance(body, dict):
            raise Refused("envelope")
        data = self._to_widget(identifier, body) if target == MODEL else self._control(target, body)
        return {"comm_id": identifier, "data": data}

    def _opening(self, content: dict[str, Any]) -> dict[str, Any]:
        """A channel that is opened: Solara's control channels only, for anything else would make a widget."""
        identifier, target = content.get("comm_id"), content.get("target_name")
        if target not in {CONTROL, STATES} or not _is_identifier(identifier):
            raise Refused("opening")
        context = self._context()
        if context is not None and len(context.kernel.comm_manager.comms) - len(context.widgets) > LIMITS.channels:
            raise Refused("too many channels")
        return {"comm_id": identifier, "target_name": target, "data": {}}

    def _target(self, identifier: str) -> str:
        """What is at the other end of a channel; a channel that is closed by now is no offence."""
        context = self._context()
        channel = context.kernel.comm_manager.comms.get(identifier) if context is not None else None
        if channel is None:
            raise Refused("gone")
        return str(channel.target_name)

    def _control(self, target: str, body: dict[str, Any]) -> dict[str, Any]:
        """A control message: begin (once), ask how it stands, and, after coming back, ask for everything."""
        method = body.get("method")
        if target == STATES and method == "request_states":
            return {"method": method}
        if target == CONTROL and method == "app-status":
            return {"method": method}
        if target == CONTROL and method == "run" and self._context().container is None:
            begun = _valid(_RUN, body.get("args"), "run")
            return {"method": method, "args": {"path": begun["path"], "dark": begun["dark"], "themes": {}}}
        raise Refused(f"control {_word(method)}")

    def _to_widget(self, identifier: str, body: dict[str, Any]) -> dict[str, Any]:
        """What is said to a widget: an event or a click, the value of a trait, or a question for its state."""
        widget, method = self._context().widgets.get(identifier), body.get("method")
        if widget is None:
            raise Refused("gone")
        if method == "request_state":
            return {"method": method}
        if method == "update":
            return {"method": method, "state": _traits(widget, body.get("state")), "buffer_paths": []}
        if method == "custom":
            return {"method": method, "content": event_for(widget, body.get("content"))}
        raise Refused(f"method {_word(method)}")


def _traits(widget: object, state: object) -> dict[str, Any]:
    """Values of traits that the browser may set."""
    if not isinstance(state, dict) or not state:
        raise Refused("trait")
    legal = TRAITS.get(type(widget), {})
    if not state.keys() <= legal.keys():
        raise Refused("trait", outdated=bool(events_of(widget)))
    return {trait: _valid(legal[trait], value, "trait") for trait, value in state.items()}


def event_for(widget: object, content: object) -> dict[str, Any]:
    """An event that ``widget`` takes, made anew: ``{"event": …, "data": …}``; raises :class:`Refused`."""
    if not isinstance(content, dict) or not content.keys() <= {"event", "data"}:
        raise Refused("custom message")
    name, data = content.get("event"), content.get("data")
    if isinstance(widget, CLICKS) and name == "click":
        return {"event": "click", "data": {}}
    takes = events_of(widget)
    full = name if isinstance(name, str) and name.startswith("event_") else f"event_{name}"
    if full not in takes:
        raise Refused("event", outdated=bool(takes))
    try:
        return {"event": full, "data": takes[full].validate_python(data, strict=True)}
    except ValidationError:
        raise Refused("shape", outdated=True) from None


# --- Jupyter's envelope --------------------------------------------------------------------------------

Identity = Annotated[str, Field(max_length=100)]


class Header(TypedDict):
    """What a message is known by; all else in a header is left out."""

    msg_id: Identity
    msg_type: Identity
    session: Identity
    date: Identity


class Envelope(TypedDict):
    """A message of Jupyter's protocol, as far as anything in it matters."""

    header: Header
    content: dict[str, Any]


class Run(TypedDict):
    """How a page begins: where it is, and whether the browser prefers it dark."""

    path: Path
    dark: bool


_ENVELOPE, _RUN = TypeAdapter(Envelope), TypeAdapter(Run)


def _valid(shape: TypeAdapter[Any], data: object, reason: str) -> Any:
    """Data of a shape; raises :class:`Refused` with the reason."""
    try:
        return shape.validate_python(data, strict=True)
    except ValidationError:
        raise Refused(reason) from None


def _is_identifier(value: object) -> bool:
    """Whether a value can name a widget or a channel."""
    return isinstance(value, str) and IDENTIFIER.fullmatch(value) is not None


def _word(value: object) -> str:
    """A word of Jupyter's, for the count of what was dropped; any other word could fill that count."""
    return value if isinstance(value, str) and value in _WORDS else "of no known name"


_WORDS = frozenset(
    {"comm_open", "comm_msg", "comm_close", "shutdown_request", "execute_request", "interrupt_request", "input_reply"}
    | {"run", "reload", "evict", "update", "custom", "echo_update"}
)


def _parsed(text: str) -> Any:
    """The data of a message; refused beyond the bounds on size and depth."""
    if len(text) > LIMITS.message_bytes:
        raise Refused("size")
    if text.count("[") + text.count("{") > LIMITS.message_parts:
        raise Refused("parts")
    try:
        data = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise Refused("no JSON") from None
    if _is_deep(data):
        raise Refused("depth")
    return data


def _no_number(_: str) -> None:
    """NaN and the infinities are no JSON."""
    raise ValueError


def _is_deep(data: Any) -> bool:
    """Whether lists and mappings stand deeper inside each other than the bound on depth allows."""
    level = [data]
    for _ in range(LIMITS.message_depth):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return False
    return True


def _inside(value: Any) -> Iterable[Any]:
    """The lists and mappings directly inside a value."""
    values = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [inner for inner in values if isinstance(inner, dict | list)]


# --- the same once more, inside the libraries ----------------------------------------------------------


def install(note: Callable[[Refused], None]) -> None:
    """Have ipyvue and ipywidgets themselves obey nothing else, should a message ever come past the gate.

    - ipyvue's components know declared events, and nothing that makes, sets or destroys a widget;
    - no message makes a widget (``comm_open`` for a model);
    - a page that comes back is answered on its own channel: ipywidgets keeps the one opened last, for everybody;
    - Solara's address bar comes from a script that a browser takes without a warning.

    ``note`` is given what is dropped here.
    """

    def handle_event(self: Any, _: object, content: object, __: object) -> None:
        try:
            event = event_for(self, content)
        except Refused as refused:
            note(refused)
        else:
            getattr(self, f"vue_{event['event']}")(event["data"])

    def no_widget(comm: Any, _: object) -> None:
        comm.close()
        note(Refused("opening"))

    Navigator.template_file = str(files("simulation.dashboard.server").joinpath("navigator.vue"))
    Events._handle_event = handle_event
    Widget.handle_comm_opened = staticmethod(no_widget)
    Widget.handle_control_comm_opened = staticmethod(_answer_states)


TRIES, PAUSE = 40, 0.05
"""How often, and after how many seconds each, the states of a page are asked for again while it is being drawn."""


def _answer_states(comm: Any, _: object) -> None:
    """Answer the request for all states on the channel that it came on."""

    def answer(message: dict[str, Any]) -> None:
        if message["content"]["data"].get("method") != "request_states":
            return
        states = _states()
        if states is None:  # the page then asks for each widget by itself
            return
        states, paths, buffers = widget_module._remove_buffers(states)
        comm.send({"method": "update_states", "states": states, "buffer_paths": paths}, buffers=buffers)

    comm.on_msg(answer)


def _states() -> dict[str, Any] | None:
    """The states of all widgets of the page in hand, once none of them is being closed; None if that does not come."""
    for _ in range(TRIES):
        with contextlib.suppress(RuntimeError):  # a widget is closed while its parent still has it
            return {
                identifier: {
                    "model_name": widget._model_name,
                    "model_module": widget._model_module,
                    "model_module_version": widget._model_module_version,
                    "state": widget.get_state(),
                }
                for identifier, widget in list(widget_module._instances.items())
            }
        time.sleep(PAUSE)
    return None
