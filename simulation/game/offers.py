"""The measures that a room can buy, each with the settings that this organisation gives it, and its price."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from simulation.study.measures import CLASS_OF, Lasting, Once
from simulation.study.scenario import Scenario, Study

if TYPE_CHECKING:
    from simulation.game.form import Game

YEAR = 52
"""Weeks for which a partner, or hours of IT, are bought."""
IT_HOURS = 40.0
"""Hours of IT a week that are made free: one person (assumed)."""
PRICE_STEP = 1_000.0


@dataclass(frozen=True)
class Offer:
    """A measure that can be bought: its ``name`` here, which ``measure`` it is, and its settings but for weeks.

    ``lasts`` is for how many weeks it is bought, None for as long as the game goes on.
    """

    name: str
    measure: str
    settings: Mapping[str, Any]
    lasts: int | None = None

    def settings_from(self, week: int, horizon: int) -> dict[str, Any]:
        """Its settings if it begins in ``week``."""
        kind, settings = CLASS_OF[self.measure], dict(self.settings)
        if issubclass(kind, Lasting | Once):
            settings["start"] = week
        if self.lasts is not None:
            settings["end"] = min(horizon, week + self.lasts - 1)
        return settings


OFFERED: tuple[tuple[str, str, Mapping[str, Any], int | None], ...] = (
    ("name_the_elephant", "name_the_elephant", MappingProxyType({}), None),
    ("assign_roles", "assign_roles", MappingProxyType({}), None),
    ("cross_functional_team", "cross_functional_team", MappingProxyType({}), None),
    ("consult_chain", "consult_chain", MappingProxyType({}), None),
    ("partner_along", "external_partner", MappingProxyType({"substitution": 0.0}), YEAR),
    ("partner_over", "external_partner", MappingProxyType({"substitution": 1.0}), YEAR),
    ("dedicate_hours", "dedicate_hours", MappingProxyType({"hours": IT_HOURS}), YEAR),
    ("anchor_in_strategy", "anchor_in_strategy", MappingProxyType({}), None),
    ("retire_old_way", "retire_old_way", MappingProxyType({}), None),
)
"""What can be bought: its name, the measure, the settings that make it this one, and for how long."""
KEPT = frozenset({"start", "end", "weeks"})
"""Settings that a game decides by itself."""


def offers_of(study: Study, base: Scenario) -> tuple[Offer, ...]:
    """What can be bought in an organisation, each measure as a scenario of the study carries it out, if one does."""
    offers = []
    for name, measure, own, lasts in OFFERED:
        if measure == "consult_chain" and all(one.kind != "chain" for one in base.organisation.departments):
            continue
        settings = {**_as_the_study_has_it(study, measure), **own}
        if measure == "dedicate_hours":
            it = next(one for one in base.organisation.departments if one.kind == "it")
            settings = {"hours": min(IT_HOURS, it.capacity), "departments": (it.name,)}
        offers.append(Offer(name, measure, MappingProxyType(settings), lasts))
    return tuple(offers)


def _as_the_study_has_it(study: Study, measure: str) -> dict[str, Any]:
    """The settings of a measure in the first scenario that has it."""
    found = next((done for one in study.scenarios if (done := getattr(one.measures, measure)) is not None), None)
    return {} if found is None else {key: value for key, value in dict(found).items() if key not in KEPT}


def price(game: "Game", offer: Offer, number: int) -> float:
    """What a measure costs if it begins with round ``number`` (€, to the nearest 1,000): what is billed for it until it
    ends, or until the game does. Hours of the tables that it takes are paid by the tables themselves.
    """
    week = game.first_week(number)
    weeks = game.horizon - week + 1 if offer.lasts is None else min(offer.lasts, game.horizon - week + 1)
    kind = CLASS_OF[offer.measure]
    measure = kind.model_validate(offer.settings_from(week, game.horizon))
    levers = measure.levers(game.base.organisation, frozenset({offer.measure}))
    weekly = levers.get("running_cost", 0.0)
    partner = levers.get("partner")
    if partner is not None:
        weekly += partner.hours * partner.fee
    if offer.measure == "dedicate_hours":
        rates = (game.departments[name].rate for name in measure.departments or ())  # type: ignore[attr-defined]
        weekly += offer.settings["hours"] * sum(rates)
    once = getattr(measure, "cost", 0.0)
    return float(round((once + weekly * weeks) / PRICE_STEP) * PRICE_STEP)
