"""The game "Whose is this?": tables are departments, and each decides how much of its free time the project gets.

``form`` is what a game is made of, ``offers`` the measures that a room can buy, ``play`` what comes of pledges and
measures, round by round, ``score`` how each table does by its own figures, ``reveal`` what a room is shown afterwards.
Everything that nobody at a table decides is played by the model; pledges are the measure ``pledge_hours``, so that a
game is a scenario like any other.
"""
