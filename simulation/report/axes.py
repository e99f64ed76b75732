"""The axis on which all scenarios of a comparison are drawn, in files and on pages."""

import numpy as np

from simulation.analysis.compare import Summary
from simulation.model.outcomes import BY_OUTCOME


def axis_of(summaries: list[Summary], outcome: str) -> tuple[float, float]:
    """The ends of the axis on which all scenarios are drawn, in the outcome's unit.

    Those of the unit, such as 0 and 1 of a share, else the least and the most of all 5 % and 95 % quantiles; 0 if that
    is below them all.
    """
    axis = BY_OUTCOME[outcome].unit.axis
    if axis is not None:
        return axis
    ends = [at for summary in summaries for at in (summary.q05, summary.q95) if np.isfinite(at)]
    low, high = (min(ends), max(ends)) if ends else (0.0, 1.0)
    return (min(low, 0.0) if low > 0.0 else low), high if high > low else low + 1.0
