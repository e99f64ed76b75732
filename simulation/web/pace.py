"""How fast somebody may send."""

import asyncio
import time
from collections.abc import Callable


class Pace:
    """A token bucket: so many a second over a longer time, and so many at once.

    >>> now = [0.0]
    >>> pace = Pace(10, 2, lambda: now[0])
    >>> [pace.wait() for _ in range(4)]
    [0.0, 0.0, 0.1, 0.2]
    >>> now[0] = 10.0
    >>> pace.wait()
    0.0
    """

    def __init__(self, per_second: float, at_once: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_second, self.at_once, self.clock = per_second, at_once, clock
        self._tokens, self._counted = float(at_once), clock()

    def wait(self, amount: float = 1.0) -> float:
        """Take so many; gives the seconds to wait until they are due."""
        now = self.clock()
        self._tokens = min(self.at_once, self._tokens + (now - self._counted) * self.per_second) - amount
        self._counted = now
        return max(0.0, -self._tokens / self.per_second)

    async def take(self, amount: float = 1.0) -> None:
        """Take so many when they are due."""
        seconds = self.wait(amount)
        if seconds > 0.0:
            await asyncio.sleep(seconds)

    def may(self, amount: float = 1.0) -> bool:
        """Take so many if they are due, and none otherwise.

        >>> pace = Pace(1, 2, lambda: 0.0)
        >>> [pace.may() for _ in range(4)]
        [True, True, False, False]
        """
        if self.wait(amount) <= 0.0:
            return True
        self._tokens += amount
        return False
