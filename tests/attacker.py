"""A visitor without a browser: what anybody can send to a dashboard's server."""

import contextlib
import html
import http.client
import json
import re
import urllib.parse
import uuid

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect


def ask(url, path, method="GET", body=None, **heads):
    """A request as it stands, without a library that tidies it; gives status, heads and text."""
    address = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
    connection.putrequest(method, path, skip_host="Host" in heads, skip_accept_encoding=True)
    for name, value in heads.items():
        connection.putheader(name.replace("_", "-"), value)
    if body is not None:
        connection.putheader("Content-Length", str(len(body)))
    with contextlib.closing(connection):  # a server that is killed answers half
        connection.endheaders(body)
        answer = connection.getresponse()
        with answer:
            text = answer.read().decode("utf-8", "replace")
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, text


def words_in(page):
    """What a page says, without its marks."""
    return " ".join(html.unescape(re.sub("<[^>]*>", " ", page)).split())


def message(kind, content, **changes):
    """One of Jupyter's messages, as a page sends it."""
    header = {"msg_id": uuid.uuid4().hex, "msg_type": kind, "session": "s", "username": "", "version": "5.2"}
    whole = {"header": {**header, "date": "2026-01-01T00:00:00Z"}, "parent_header": {}, "metadata": {}}
    return json.dumps({**whole, "content": content, "buffers": [], "channel": "shell", **changes})


class Visitor:
    """A page that is connected, without a browser; ``widgets`` holds what it was sent of each widget."""

    def __init__(self, url, path="/compare?lang=en&worlds=4", cookie=""):
        self.url, self.kernel, self.page = url.rstrip("/"), str(uuid.uuid4()), str(uuid.uuid4())
        _, heads, _ = ask(self.url, path, Cookie=cookie)
        self.cookie = "; ".join(one for one in (cookie, heads.get("set-cookie", "").split(";")[0]) if one)
        self.widgets, self.control, self.stack = {}, str(uuid.uuid4()), contextlib.ExitStack()
        self.begun = 0
        self.socket = self.connected()
        self.socket.send(message("kernel_info_request", {}))
        self.socket.send(message("comm_open", {"comm_id": self.control, "target_name": "solara.control", "data": {}}))
        begin = {"method": "run", "args": {"path": path, "dark": False, "themes": {}, "appName": None}}
        self.socket.send(message("comm_msg", {"comm_id": self.control, "data": begin}))
        self.until(lambda: any(name.endswith("controls.vue") or "sy-controls" in name for name in self.templates()))

    def connected(self, **settings):
        """A connection of this page."""
        there = self.url.replace("http", "ws", 1)
        address = f"{there}/jupyter/api/kernels/{self.kernel}/channels?session_id={self.page}"
        heads = {"Cookie": self.cookie} if self.cookie else {}
        # without pings of its own: the thread that sends them draws from `random`, also while Hypothesis looks
        settings = {"max_size": None, "open_timeout": 60, "close_timeout": 0.2, "ping_interval": None, **settings}
        return self.stack.enter_context(connect(address, additional_headers=heads, **settings))

    def templates(self):
        """The Vue texts of all widgets."""
        return [state.get("template", "") for state in self.texts().values()]

    def texts(self):
        """The states of widgets, with references to templates followed."""
        found = {}
        for name, state in self.widgets.items():
            reference = str(state.get("template", "")).removeprefix("IPY_MODEL_")
            found[name] = {**state, "template": str(self.widgets.get(reference, {}).get("template", ""))}
        return found

    def widget(self, mark):
        """The newest of the widgets whose Vue text contains ``mark``."""
        return [name for name, state in self.texts().items() if mark in state["template"]][-1]

    def until(self, there, seconds=60.0):
        """Read what the server sends until something is there."""
        while not there():
            self.take(self.socket.recv(timeout=seconds))

    def take(self, text):
        """Take one message of the server's."""
        if isinstance(text, bytes):
            return
        data = json.loads(text)
        content = data["content"]
        if data["header"]["msg_type"] == "comm_open":
            self.widgets[content["comm_id"]] = dict(content["data"].get("state", {}))
        elif data["header"]["msg_type"] == "comm_close":
            self.widgets.pop(content["comm_id"], None)
        elif content.get("comm_id") == self.control:
            self.begun += content["data"]["method"] == "finished"
        elif data["header"]["msg_type"] == "comm_msg" and content["comm_id"] in self.widgets:
            self.widgets[content["comm_id"]].update(content["data"].get("state", {}))

    def drain(self, seconds=0.5):
        """Read what is there by now."""
        with contextlib.suppress(TimeoutError):
            while True:
                self.take(self.socket.recv(timeout=seconds))

    def say(self, widget, content, **changes):
        """Send a custom message to a widget."""
        data = {"method": "custom", "content": content}
        self.socket.send(message("comm_msg", {"comm_id": widget, "data": data}, **changes))

    def answers(self):
        """Whether the server still does what this page asks: the language is changed and comes back."""
        frame = self.widget("sy-rail")
        other = "nl" if self.widgets[frame]["language"] == "en" else "en"
        self.say(frame, {"event": "event_speak", "data": other})
        try:
            self.until(lambda: self.widgets[frame]["language"] == other, 60)
        except (TimeoutError, ConnectionClosed):
            return False
        return True

    def close(self):
        """Leave."""
        with contextlib.suppress(Exception):
            self.stack.close()
