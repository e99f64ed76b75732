"""The page world."""

import solara

from simulation.dashboard.parts import Text
from simulation.dashboard.state import Change, View
from simulation.words import say

PLACE = 20


@solara.component
def Page(view: View, change: Change) -> None:
    """The page."""
    Text("h1", say("world.title", view.language), "sy-answer")
