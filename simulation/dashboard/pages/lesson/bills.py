"""What packages come to, worked out in the background, once for all visitors and for every reload."""

import threading
from collections import OrderedDict
from collections.abc import Hashable

from simulation.lesson.package import Bill

MOST_KEPT = 32
"""Bills kept; one takes some 10 KB."""


class BillStore:
    """The latest whole bills; the least recently used are dropped first."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self.most = most
        self._kept: OrderedDict[Hashable, Bill] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, key: Hashable) -> Bill | None:
        """A bill, if it is there."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def keep(self, key: Hashable, bill: Bill) -> Bill:
        """Keep a bill, and return it."""
        with self._lock:
            self._kept[key] = bill
            self._kept.move_to_end(key)
            while len(self._kept) > self.most:
                self._kept.popitem(last=False)
        return bill


STORE = BillStore()
