"""All departments do a step: side by side where this version of Numba lets them, else one by one.

Both ways have the same names and give the same numbers; :mod:`~simulation.engine.kernel.choice` says which it is.
"""

from simulation.engine.kernel.choice import SIDE_BY_SIDE

if SIDE_BY_SIDE:
    from simulation.engine.kernel.lanes import (
        LANES,
        at,
        blocks_for,
        department_in,
        each,
        exchange,
        gather,
        hand_out,
        in_lanes,
        total,
    )
else:
    from simulation.engine.kernel.singly import (
        LANES,
        at,
        blocks_for,
        department_in,
        each,
        exchange,
        gather,
        hand_out,
        in_lanes,
        total,
    )

__all__ = ["LANES", "at", "blocks_for", "department_in", "each", "exchange", "gather", "hand_out", "in_lanes", "total"]
