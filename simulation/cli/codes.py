"""The exit codes of a command; those of signals are made of their numbers (:mod:`simulation.system.signals`)."""

import signal

FINE, REFUSED, WRONG_USAGE, FAILED, INTERRUPTED = 0, 1, 2, 3, 130
GONE = 141 if hasattr(signal, "SIGPIPE") else FINE
"""The reader of our output has closed it; Windows has no code for that."""
