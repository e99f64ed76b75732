"""Memory: what a visitor took is given back to the machine once they have left."""

import ctypes
import gc
import sys
import threading
import time
from collections.abc import Callable

import solara.lab

PAUSE = 3.0
"""Seconds after somebody left until their memory is given back: many who leave together are one piece of work."""


class Sweeper:
    """A thread that sweeps some time after a visitor left, once for all who left meanwhile."""

    def __init__(self, sweep: Callable[[], None], pause: float = PAUSE) -> None:
        self.sweep, self.pause = sweep, pause
        self._left = threading.Event()
        self._going = threading.Thread(target=self._work, name="sweeper", daemon=True)

    def begin(self) -> None:
        """Have visitors be watched from now on; what there is by now stays, and is not looked through again."""
        gc.collect()
        gc.freeze()
        self._going.start()
        solara.lab.on_kernel_start(lambda: self.left)

    def left(self) -> None:
        """Somebody left."""
        self._left.set()

    def _work(self) -> None:
        while True:
            self._left.wait()
            time.sleep(self.pause)
            self._left.clear()
            self.sweep()


def sweep() -> None:
    """Drop what only refers to itself, and give free memory back to the system.

    A page's components refer to each other in circles, which Python frees seldom; and the C library keeps what is
    freed in each thread's arena for itself until it is told to trim them (malloc_trim(3); GNU's only).
    """
    gc.collect()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
