"""The commands, a file each.

A command's file holds ``arguments``, which says which words it takes, and ``execute``, which carries it out and returns
an exit code. It imports the rest of the software late, so that ``synergy --help`` is quick.
"""

from simulation.cli.commands import (
    check,
    compare,
    contribute,
    dashboard,
    lesson,
    network,
    patterns,
    repeat,
    run,
    scenarios,
    schema,
    session,
    show,
    survey,
    sweep,
    template,
    validity,
)

COMMANDS = (
    scenarios,
    template,
    survey,
    network,
    schema,
    check,
    show,
    run,
    compare,
    contribute,
    sweep,
    repeat,
    dashboard,
    session,
    lesson,
    patterns,
    validity,
)
"""In the order in which help lists them; a module's last name is the command's."""
