"""Studies that visitors opened, so that a link to one opens it again; the oldest are forgotten first.

They are known by a digest of their content, which nobody can guess who does not have the file or a link to it.
"""

import hashlib
import json
import re
import threading
from collections import OrderedDict

from simulation.dashboard.variants import Base
from simulation.errors import InputRefused, problem
from simulation.files import LARGEST_FILE, parse_data

MOST_KEPT = 40
"""Studies that links can point at; what a visitor has open stays in that visitor's own state."""
ENDINGS = (".yaml", ".yml")

_kept: OrderedDict[str, Base] = OrderedDict()
_lock = threading.Lock()


def opened(text: str, name: str) -> Base:
    """The study of an uploaded file; ``name`` is what its problems call it.

    Raises :class:`~simulation.errors.InputRefused` with every problem of the file.
    """
    if not name.lower().endswith(ENDINGS):
        raise InputRefused([problem("not_yaml", given=repr(name[:60]))])
    if len(text.encode("utf-8", "replace")) > LARGEST_FILE:
        raise InputRefused([problem("too_big", most=f"{LARGEST_FILE:_}".replace("_", " "))])
    data = parse_data(text, name[:60])
    said = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    base = Base(hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:32], data)
    with _lock:
        _kept[base.digest] = base
        _kept.move_to_end(base.digest)
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return base


def known(digest: str) -> Base | None:
    """The study with that digest, if this server still has it."""
    if not re.fullmatch("[0-9a-f]{32}", digest):
        return None
    with _lock:
        base = _kept.get(digest)
        if base is not None:
            _kept.move_to_end(digest)
        return base
