"""The page save."""

import solara

from simulation.dashboard.parts import Text
from simulation.dashboard.state import Change, View
from simulation.words import say

PLACE = 60


@solara.component
def Page(view: View, change: Change) -> None:
    """The page."""
    Text("h1", say("save.title", view.language), "sy-answer")
