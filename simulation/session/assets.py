"""The few files that pages load: scripts and styles, named by their content, so that a phone keeps them."""

import functools
import hashlib
from dataclasses import dataclass
from importlib.resources import files

KINDS = {"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8"}
NAMES = ("live.js", "console.js", "style.css", "trainer.css", "content.css")


@dataclass(frozen=True)
class Asset:
    """A file: its content, its kind, and the version that its address holds."""

    body: bytes
    kind: str
    version: str


@functools.cache
def asset(name: str) -> Asset:
    """A file of ``pages/``; raises ``KeyError`` if it is none that pages load."""
    if name not in NAMES:
        raise KeyError(name)
    body = files("simulation.session").joinpath("pages", name).read_bytes()
    return Asset(body, KINDS[name.rpartition(".")[2]], hashlib.sha256(body).hexdigest()[:10])


def url_of(name: str) -> str:
    """The address of a file."""
    return f"/static/{name}?v={asset(name).version}"
