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

__version__ = "0.1.0"

_HOMES = {
    "OrganisationModel": "simulation.model",
    "Department": "simulation.department",
    "Study": "simulation.study",
    "Scenario": "simulation.study",
    "Values": "simulation.parameters",
    "PARAMETERS": "simulation.parameters",
    "OUTCOMES": "simulation.outcomes",
    "InputRefused": "simulation.errors",
    "case": "simulation.files",
    "load": "simulation.files",
    "outcomes_of": "simulation.outcomes",
    "run_worlds": "simulation.ensemble",
}

__all__ = ["__version__", *_HOMES]  # noqa: PLE0604 - the names are texts

if TYPE_CHECKING:
    from simulation.department import Department as Department
    from simulation.ensemble import run_worlds as run_worlds
    from simulation.errors import InputRefused as InputRefused
    from simulation.files import case as case
    from simulation.files import load as load
    from simulation.model import OrganisationModel as OrganisationModel
    from simulation.outcomes import OUTCOMES as OUTCOMES
    from simulation.outcomes import outcomes_of as outcomes_of
    from simulation.parameters import PARAMETERS as PARAMETERS
    from simulation.parameters import Values as Values
    from simulation.study import Scenario as Scenario
    from simulation.study import Study as Study


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for, so that ``import simulation`` is quick."""
    if name not in _HOMES:
        raise AttributeError(f"module 'simulation' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """The public names."""
    return sorted(__all__)
