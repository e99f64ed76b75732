"""The colours of every picture, in files and on pages."""

ACCENT = "#0a4f80"
RIVAL = "#d9772b"
RIVAL_TEXT = "#9a4a0c"
INK = "#1f2933"
QUIET = "#66727f"
FAINT = "#cbd2d9"
FILL = "#5895c6"
"""One accent for the scenario in hand, a second for its rival, grey for the rest. A test measures that they are apart
on a grey printer and for eyes that do not tell red from green; the dashboard's ``style.css`` has the same two. What is
filled may carry letters: ink on it can be read, and its edge be seen on white."""
