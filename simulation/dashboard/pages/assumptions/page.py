"""The page assumptions: the passport of every number, and which of them flips the verdict."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, NotRequired

import solara
from pydantic import Field
from typing_extensions import TypedDict

from simulation.analysis.widths import WIDTHS, Survival, survivals
from simulation.dashboard.components.text import Text
from simulation.dashboard.pages.assumptions import values, verdicts
from simulation.dashboard.pages.assumptions.flips import MOST_WORLDS, Trial, experiment_of, try_all
from simulation.dashboard.server.gate import Event, Word, closed, component
from simulation.dashboard.state.runs import run_store
from simulation.dashboard.state.tasks import LatestTask, Progress, turn, use_latest_task
from simulation.dashboard.state.trail import Change
from simulation.dashboard.state.variants import Changes, study_of
from simulation.dashboard.state.view import View, address_of
from simulation.model.outcomes import BY_OUTCOME
from simulation.model.worlds import MODES
from simulation.study.parameters import PARAMETERS
from simulation.study.scenario import Study
from simulation.system.limits import LIMITS
from simulation.text.i18n import number, say, words_of

RAIL_POSITION = 30


@closed
class Choice(TypedDict):
    """Another pair, outcome or mode."""

    hand: NotRequired[Word]
    rival: NotRequired[Word]
    outcome: NotRequired[Word]
    mode: NotRequired[Word]


Typed = Annotated[str, Field(max_length=LIMITS.text_characters)] | int | float | None


@closed
class Row(TypedDict):
    """A number as it was typed, with its range and its source."""

    name: Word
    value: Typed
    low: Typed
    high: Typed
    source: Typed


@component("assumptions.vue")
def Passport(
    rows: list[dict[str, Any]],
    judged: dict[str, dict[str, Any]],
    now: dict[str, Any] | None,
    progress: dict[str, Any],
    errors: dict[str, dict[str, str]],
    accepted: list[Any],
    view: dict[str, Any],
    sentences: dict[str, Any],
    words: dict[str, str],
    groups: dict[str, str],
    language: str,
    event_choose: Event[Choice],
    event_edit: Event[Row],
    event_forget: Event[Word],
    event_reset: Event[Word],
    event_put_back: Event[None],
) -> None:
    """The table of all assumptions, with what is chosen above it."""


@solara.component
def Page(view: View, change: Change) -> None:
    """The page."""
    language = view.language
    pair = solara.use_memo(lambda: pair_of(view), [view.changes, view.hand, view.baseline])
    trial, work = use_trial(pair, view)
    survival = use_latest_task(lambda progress: at_other_widths(pair, view, progress), survival_key(view))
    titles = (view.title(view.hand), view.title(view.baseline))
    rows = solara.use_memo(lambda: rows_of(view), [view.changes, view.hand, view.baseline, language])
    editing, set_editing = solara.use_state(Editing())
    edits = Edits(view, change, set_editing)
    heading(pair is not None, trial, titles, work, language)
    Passport(
        rows=rows,
        judged=verdicts.judged(trial, titles, language),
        now=verdicts.now(trial),
        progress={"done": len(trial.flips) if trial else 0, "on": pair is not None and not work.wrong},
        errors={name: values.in_words(problems, language) for name, problems in editing.errors.items()},
        accepted=[*editing.accepted, bool(editing.before.data.get("parameters"))],
        view=chosen(view),
        sentences=sentences(view, rows, trial, survival.value if survival.fresh else None),
        words=words_of("assumptions", language),
        groups=words_of("passport.group", language),
        language=language,
        event_choose=lambda choice: change(lambda now: choose(now, choice)),
        event_edit=edits.edit,
        event_forget=edits.forget,
        event_reset=edits.reset,
        event_put_back=lambda _: edits.put_back(editing.before),
    )


def heading(
    paired: bool, trial: Trial | None, titles: tuple[str, str], work: LatestTask[Trial | None], language: str
) -> None:
    """The answer in a sentence, and why there is none; ``paired`` if there are two scenarios."""
    if not paired:
        Text("h1", say("assumptions.title", language), "sy-answer")
        Text("p", say("assumptions.one_only", language), "sy-under")
    else:
        Text("h1", verdicts.answer(trial, titles, language), "sy-answer")
    if work.wrong:
        Text("p", say("assumptions.failed", language, why=work.why(language)), "sy-error", role="alert")


# --- the verdict ---------------------------------------------------------------------------------------


def pair_of(view: View) -> Study | None:
    """The scenario in hand and the baseline; None if there is no other scenario."""
    return None if view.hand == view.baseline else study_of(view.changes, (view.hand, view.baseline))


def survival_key(view: View) -> tuple[Any, ...]:
    """All that verdicts at other widths depend on."""
    return (view.changes, view.hand, view.baseline, view.outcome, view.worlds, view.seed, view.mode)


def at_other_widths(pair: Study | None, view: View, progress: Progress) -> Survival | None:
    """The verdict with narrower and wider ranges; None without a pair, or where nothing is drawn from ranges."""
    if pair is None or view.mode != "ranges":
        return None
    run_store().wait_for_engine(lambda: progress(0, 1))
    with turn(lambda: progress(0, 1)):
        worlds = min(view.worlds, MOST_WORLDS)
        found = survivals(pair, view.baseline, view.outcome, WIDTHS, worlds, view.seed, view.mode, 1, progress)
    return found[view.hand]


def use_trial(pair: Study | None, view: View) -> tuple[Trial | None, LatestTask[Trial | None]]:
    """What has been tried so far of the experiment on the screen, and how the work goes."""
    experiment = solara.use_memo(
        lambda: experiment_of(pair, view.worlds, view.seed, view.mode) if pair else None,
        [view.changes, view.hand, view.baseline, view.worlds, view.seed, view.mode],
    )
    key = (experiment, view.outcome)
    part, set_part = solara.use_state(tuple[Any, Trial | None]((key, None)))

    def work(progress: Progress) -> Trial | None:
        if pair is None or experiment is None:
            return None

        def show(trial: Trial) -> None:
            progress(len(trial.flips), len(PARAMETERS))
            set_part((key, trial))

        return try_all(pair, experiment, view.outcome, progress, show)

    latest = use_latest_task(work, key)
    if latest.fresh and latest.value is not None:
        return latest.value, latest
    return (part[1] if part[0] == key else None), latest


def basis(view: View) -> str:
    """On what the verdict rests."""
    outcome = say(f"outcome.{view.outcome}", view.language)
    tried = min(view.worlds, MOST_WORLDS)
    worlds, all_worlds = number(tried, view.language), number(view.worlds, view.language)
    key = "assumptions.basis" if tried == view.worlds else "assumptions.basis_first"
    return say(key, view.language, outcome=outcome, worlds=worlds, all=all_worlds, seed=view.seed)


def force(view: View) -> str:
    """Which of a number's three figures the worlds use."""
    return say("assumptions.in_ranges" if view.mode == "ranges" else "assumptions.in_defaults", view.language)


def chosen(view: View) -> dict[str, Any]:
    """What is chosen, and what there is to choose from, as plain data."""
    scenarios = [{"name": name, "label": view.title(name)} for name in view.scenarios]
    outcomes = [{"name": name, "label": say(f"outcome.{name}", view.language)} for name in BY_OUTCOME]
    return {
        "hand": view.hand,
        "rival": view.baseline,
        "outcome": view.outcome,
        "mode": view.mode,
        "scenarios": scenarios,
        "outcomes": outcomes,
    }


def choose(view: View, choice: Any) -> View:
    """The view with another pair, outcome or mode; what cannot be chosen changes nothing."""
    legal = {"hand": view.scenarios, "rival": view.scenarios, "outcome": tuple(BY_OUTCOME), "mode": MODES}
    if not isinstance(choice, dict):
        return view
    chosen = {key: choice[key] for key in legal if key in choice and choice[key] in legal[key]}
    return view.but(**{"baseline" if key == "rival" else key: value for key, value in chosen.items()})


# --- the numbers ---------------------------------------------------------------------------------------


def rows_of(view: View) -> list[dict[str, Any]]:
    """Every number as plain data, with the titles of scenarios that have their own."""
    names = tuple(dict.fromkeys((view.hand, view.baseline)))
    rows = values.rows(view.changes, names, view.language)
    for row in rows:
        row["scenarios"] = [
            say(
                "assumptions.only_in", view.language, scenario=view.title(deviation["scenario"]), text=deviation["text"]
            )
            for deviation in row["scenarios"]
        ]
    return rows


def sentences(view: View, rows: list[dict[str, Any]], trial: Trial | None, survival: Survival | None) -> dict[str, Any]:
    """What the page says beside its words; the last on paper only, where the address is missing."""
    rests = force(view) if view.hand == view.baseline else f"{basis(view)} {force(view)}"
    which, most = verdicts.which(trial, view.language), verdicts.most(trial, view.language)
    titles = (view.title(view.hand), view.title(view.baseline))
    return {
        "under": [line for line in (rests, which, most, verdicts.widths(survival, titles, view.language)) if line],
        "grades": grades(rows, view.language),
        "link": address_of(view),
    }


def grades(rows: list[dict[str, Any]], language: str) -> str:
    """What the grades mean, with their counts."""
    counts = {grade: sum(row["grade"] == grade for row in rows) for grade in ("study", "expert", "assumed", "own")}
    own = say("assumptions.grades_own", language, n=counts["own"]) if counts["own"] else ""
    return say("assumptions.grades", language, **{**counts, "all": len(rows), "own": own})


@dataclass(frozen=True)
class Editing:
    """What is wrong, by row; the row accepted last, with how many were; and what was there before all was reset."""

    errors: dict[str, values.Problems] = field(default_factory=dict)
    accepted: tuple[int, str] = (0, "")
    before: Changes = field(default_factory=Changes)

    def with_problems(self, name: str, problems: values.Problems) -> "Editing":
        """The same with the mistakes of one row replaced."""
        others = {row: row_problems for row, row_problems in self.errors.items() if row != name}
        return replace(self, errors={**others, name: problems} if problems else others)


class Edits:
    """What the visitor does to the numbers. Everything comes from outside: what makes no sense changes nothing."""

    def __init__(self, view: View, change: Change, editing: Callable[[Callable[[Editing], Editing]], None]) -> None:
        self.view, self.change, self.editing = view, change, editing

    def put(self, make: Callable[[Changes], Changes]) -> None:
        """Change the changes, as they are by then."""
        self.change(lambda now: now.but(changes=make(now.changes)))

    def edit(self, row: Any) -> None:
        """Take a row as it was typed, or say what is wrong with it."""
        language = self.view.language
        _, name, problems = values.edited(self.view.changes, row, language)
        if problems:
            self.editing(lambda now: now.with_problems(name, problems))
        elif name:
            self.put(lambda now: values.edited(now, row, language)[0])
            self.editing(lambda now: replace(now.with_problems(name, {}), accepted=(now.accepted[0] + 1, name)))

    def forget(self, name: Any) -> None:
        """Say no more of what is wrong with a row: its typing was taken back."""
        if isinstance(name, str):
            self.editing(lambda now: now.with_problems(name, {}))

    def reset(self, name: Any) -> None:
        """Make a number, or without a name all numbers, as they were."""
        if name == "":
            self.editing(lambda now: Editing(accepted=now.accepted, before=self.view.changes))
        if isinstance(name, str):
            self.forget(name)
            self.put(lambda now: values.without(now, name))

    def put_back(self, before: Changes) -> None:
        """Bring back what was there before all was reset."""
        self.put(lambda now: values.with_all(now, before))
