"""The model a second time, in plain Python, from docs/odd.md alone; it imports nothing of what it judges."""

from .run import run
from .study import read, scenario

__all__ = ["read", "run", "scenario"]
