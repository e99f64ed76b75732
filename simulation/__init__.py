"""synergy: an agent-based simulation of organisational change.

Same organisation, same luck, different decision. An instrument for thinking, not a forecast.

>>> from simulation import case, OrganisationModel
>>> model = OrganisationModel("roles", world=3, rng=1)
>>> while model.running:
...     model.step()
>>> model.steps
156
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.2.0"

_HOMES = {
    "OrganisationModel": "simulation.model.organisation",
    "Department": "simulation.model.department",
    "Study": "simulation.study.scenario",
    "Scenario": "simulation.study.scenario",
    "Values": "simulation.study.parameters",
    "PARAMETERS": "simulation.study.parameters",
    "OUTCOMES": "simulation.model.outcomes",
    "InputRefused": "simulation.study.errors",
    "case": "simulation.study.sources.files",
    "load": "simulation.study.sources.files",
    "outcomes_of": "simulation.model.outcomes",
    "make_study": "simulation.study.sources.objects",
    "run_worlds": "simulation.engine.ensemble",
    "run_points": "simulation.engine.points",
    "compare": "simulation.analysis.compare",
}

__all__ = ["__version__", *_HOMES]  # noqa: PLE0604 - the names are texts

if TYPE_CHECKING:
    from simulation.analysis.compare import compare as compare
    from simulation.engine.ensemble import run_worlds as run_worlds
    from simulation.engine.points import run_points as run_points
    from simulation.model.department import Department as Department
    from simulation.model.organisation import OrganisationModel as OrganisationModel
    from simulation.model.outcomes import OUTCOMES as OUTCOMES
    from simulation.model.outcomes import outcomes_of as outcomes_of
    from simulation.study.errors import InputRefused as InputRefused
    from simulation.study.parameters import PARAMETERS as PARAMETERS
    from simulation.study.parameters import Values as Values
    from simulation.study.scenario import Scenario as Scenario
    from simulation.study.scenario import Study as Study
    from simulation.study.sources.files import case as case
    from simulation.study.sources.files import load as load
    from simulation.study.sources.objects import make_study as make_study


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for, so that ``import simulation`` is quick."""
    if name not in _HOMES:
        raise AttributeError(f"module 'simulation' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """The public names."""
    return sorted(__all__)
