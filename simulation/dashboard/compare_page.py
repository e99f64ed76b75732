"""The first page: scenarios of the case compared, and beside it one world of one of them."""

import html
import sys
from collections.abc import Callable
from typing import Any

import solara
import solara.lab

from simulation.compare import Comparison
from simulation.dashboard import charts
from simulation.dashboard.engine import engine
from simulation.dashboard.state import Choice
from simulation.dashboard.world import world_data
from simulation.files import case
from simulation.report import MAIN, go_live, headline, level, note, verdict
from simulation.words import money, say

Change = Callable[[Callable[[Choice], Choice]], None]
"""Changes the choice as it is by then, so that quick clicks do not overwrite each other."""
WORLDS = [20, 50, 100, 200]


@solara.component_vue("world.vue", vuetify=False)
def World(run: dict[str, Any]) -> None:
    """The network of one world with its week slider; everything happens in the browser."""


@solara.component_vue("chart.vue", vuetify=False)
def Chart(option: dict[str, Any], label: str, height: int) -> None:
    """A chart drawn by the visitor's machine; ``label`` says in words what it shows."""


@solara.component
def ComparePage(choice: Choice, change: Change) -> None:
    """Controls, the answer with its pictures, and one world."""
    with solara.Div(classes=["sy-grid"]):
        Controls(choice, change)
        with solara.Div(classes=["sy-main"]):
            Answer(choice)
        with solara.Div(classes=["sy-side"]):
            OneWorld(choice, change)


# --- controls ------------------------------------------------------------------------------------------


@solara.component
def Controls(choice: Choice, change: Change) -> None:
    """What is compared, over which worlds."""
    language = choice.language
    titles = {one.called(language): one.name for one in case().scenarios}
    ticked = {title: name for title, name in titles.items() if name in choice.scenarios}
    named = {name: title for title, name in titles.items()}
    with solara.Div(classes=["sy-controls"], attributes={"id": "controls"}):
        _heading(say("page.scenarios", language))
        with solara.Div(classes=["sy-ticks"]):
            for title, name in titles.items():
                solara.Checkbox(
                    label=title,
                    value=name in choice.scenarios,
                    on_value=lambda on, name=name: change(lambda now: now.ticked(name, on)),
                )
        if ticked:
            solara.Select(
                say("page.in_hand", language),
                value=named[choice.in_hand],
                values=list(ticked),
                on_value=lambda title: change(lambda now: now.but(in_hand=titles[title], shown=titles[title])),
            )
            solara.Select(
                say("page.rival", language),
                value=named[choice.rival],
                values=list(ticked),
                on_value=lambda title: change(lambda now: now.but(rival=titles[title])),
            )
        solara.Select(
            say("page.worlds", language),
            value=choice.worlds,
            values=WORLDS,
            on_value=lambda worlds: change(lambda now: now.but(worlds=worlds)),
        )
        modes = {say("page.ranges", language): "ranges", say("page.defaults", language): "defaults"}
        solara.Select(
            say("page.parameters", language),
            value=next(text for text, mode in modes.items() if mode == choice.mode),
            values=list(modes),
            on_value=lambda text: change(lambda now: now.but(mode=modes[text])),
        )


# --- the answer ----------------------------------------------------------------------------------------


@solara.component
def Answer(choice: Choice) -> None:
    """The headline, the pictures and the verdicts, once they are there; the last ones until then."""
    if len(choice.scenarios) < 2:
        text = _safe(say("page.too_few", choice.language))
        solara.HTML(tag="p", unsafe_innerHTML=text, classes=["sy-wait"], attributes={"role": "status"})
    else:
        Computed(choice)


@solara.component
def Computed(choice: Choice) -> None:
    """A comparison being worked out, and the one before it until it is there."""
    done, set_done = solara.use_state((0, 0))
    kept = solara.use_ref(None)
    asked = (choice.scenarios, choice.rival, choice.worlds, choice.seed, choice.mode)

    def tell(finished: int, total: int) -> None:
        if finished % 10 == 0 or finished == total:
            set_done((finished, total))

    def work() -> Comparison:
        set_done((0, 0))
        study = case().select(choice.scenarios)
        return engine().compare(study, choice.rival, choice.worlds, choice.seed, choice.mode, tell)

    task = solara.lab.use_task(work, dependencies=list(asked), prefer_threaded=True)
    if task.finished and task.value is not None:
        kept.current = (asked, task.value)
    if task.error:
        why = type(task.exception).__name__
        sys.stderr.write(f"synergy dashboard: {why}: {task.exception}\n")
        solara.HTML(tag="p", unsafe_innerHTML=_safe(say("page.failed", choice.language, why=why)))
        return
    fresh = kept.current is not None and kept.current[0] == asked
    # Always there, so that what stands below it stays in its place and is not drawn anew.
    with solara.Div(classes=["sy-status"]):
        if not fresh:
            Waiting(*done, len(choice.scenarios) * choice.worlds, choice.language)
    if kept.current is not None:
        Shown(kept.current[1], choice, fresh)


@solara.component
def Waiting(done: int, total: int, expected: int, language: str) -> None:
    """How far a comparison is."""
    text = say("page.computing", language, done=done, total=total or expected)
    solara.HTML(tag="p", unsafe_innerHTML=_safe(text), classes=["sy-wait"], attributes={"role": "status"})
    solara.ProgressLinear(100.0 * done / total if total else True)


@solara.component
def Shown(found: Comparison, choice: Choice, fresh: bool) -> None:
    """A finished comparison; paler while a newer one is on its way."""
    language, names = choice.language, found.runs.study.names
    hand = choice.in_hand if choice.in_hand in names and choice.in_hand != found.baseline else found.ranking[0]
    pair = found.pair(hand, found.baseline)
    study = found.runs.study
    titles = study.scenario(hand).called(language), study.scenario(found.baseline).called(language)
    answer, _, why = verdict(pair, titles, language).partition("; ")
    with solara.Div(classes=["sy-shown"] if fresh else ["sy-shown", "sy-stale"]):
        text = headline(found, language) if hand == found.baseline else answer
        solara.HTML(tag="h1", unsafe_innerHTML=_safe(text), classes=["sy-answer"], attributes={"id": "answer"})
        outcome = say("outcome.lasting_adoption", language).capitalize()
        under = f"{outcome}: {why}" if why else note(found, language)
        solara.HTML(tag="p", unsafe_innerHTML=_safe(under), classes=["sy-under"])
        _picture(
            say("page.adoption", language),
            say("page.adoption_under", language),
            charts.adoption(found, hand, language),
            300,
        )
        _key(found, hand, language)
        _picture(
            say("page.ranking", language, horizon=study.horizon),
            say("page.ranking_under", language),
            charts.ranking(found, hand, language),
            60 + 40 * len(names),
        )
        _table(found, language)
        _verdicts(found, hand, language)
        foot = f"{note(found, language)} {say('result.not_a_forecast', language)}"
        solara.HTML(tag="p", unsafe_innerHTML=_safe(foot), classes=["sy-note"])


def _heading(text: str) -> None:
    """A section's heading."""
    solara.HTML(tag="h2", unsafe_innerHTML=_safe(text))


def _safe(text: str) -> str:
    """Text that cannot become markup."""
    return html.escape(text)


def _picture(title: str, under: str, option: charts.Option, height: int) -> None:
    """A chart with its title above and how to read it below that."""
    with solara.Div(classes=["sy-block"]):
        _heading(title)
        solara.HTML(tag="p", unsafe_innerHTML=_safe(under), classes=["sy-under"])
        Chart(option=option, label=f"{title}. {under}", height=height)


def _key(found: Comparison, hand: str, language: str) -> None:
    """Which line is whose, in words and colour."""
    study = found.runs.study

    def entry(name: str) -> str:
        style = f"color:{charts.colour_of(found, name, hand)};font-weight:650"
        return f'<span style="{style}">━ {_safe(study.scenario(name).called(language))}</span>'

    parts = [entry(name) for name in dict.fromkeys((hand, found.baseline))]
    others = [
        _safe(study.scenario(name).called(language)) for name in study.names if name not in (hand, found.baseline)
    ]
    if len(others) > 6:
        others = [_safe(say("page.others", language, count=len(others)))]
    if others:
        parts.append(f'<span style="color:#52606d">━ {", ".join(others)}</span>')
    solara.HTML(tag="p", unsafe_innerHTML=" &nbsp; ".join(parts), classes=["sy-under"])


def _verdicts(found: Comparison, hand: str, language: str) -> None:
    """A sentence for each scenario against the rival."""
    study, base = found.runs.study, found.baseline
    title = study.scenario(base).called(language)
    rows = []
    for name in found.ranking:
        if name != base:
            said = verdict(found.pair(name, base), (study.scenario(name).called(language), title), language)
            first, _, rest = said.partition("; ")
            mark = ' class="hand"' if name == hand else ""
            rows.append(f"<li{mark}><b>{_safe(first)}</b>{'; ' + _safe(rest) if rest else ''}</li>")
    with solara.Div(classes=["sy-block"]):
        _heading(say("page.verdicts", language))
        solara.HTML(
            tag="p",
            unsafe_innerHTML=_safe(say("page.verdicts_under", language, baseline=title)),
            classes=["sy-under"],
        )
        solara.HTML(tag="ul", unsafe_innerHTML="".join(rows), classes=["sy-verdicts"])


def _table(found: Comparison, language: str) -> None:
    """The ranking as a table, for those who cannot see or do not trust a picture."""
    study = found.runs.study
    head = [
        say(f"result.{key}", language) for key in ("scenario", "lasting", "spread", "go_live", "live_by", "cost", "net")
    ]
    rows = ["<tr>" + "".join(f'<th scope="col">{_safe(text)}</th>' for text in head) + "</tr>"]
    for name in found.ranking:
        one, live = found.summary(name, MAIN), found.summary(name, "go_live_week")
        cells = [
            level(one.mean.estimate, MAIN, language),
            f"{level(one.q05, MAIN, language)} – {level(one.q95, MAIN, language)}",
            go_live(live, study.horizon, language),
            level(found.summary(name, "go_live_104").mean.estimate, "go_live_104", language),
            money(found.summary(name, "cost").mean.estimate, language),
            money(found.summary(name, "net_value").mean.estimate, language),
        ]
        title = _safe(study.scenario(name).called(language))
        rows.append(
            f'<tr><th scope="row">{title}</th>' + "".join(f"<td>{_safe(cell)}</td>" for cell in cells) + "</tr>"
        )
    grid = f"<table><thead>{rows[0]}</thead><tbody>{''.join(rows[1:])}</tbody></table>"
    body = f'<summary>{_safe(say("page.table", language))}</summary><div class="sy-scroll">{grid}</div>'
    solara.HTML(tag="details", unsafe_innerHTML=body, classes=["sy-details"])


# --- one world -----------------------------------------------------------------------------------------


@solara.component
def OneWorld(choice: Choice, change: Change) -> None:
    """One world of one scenario, run ahead and scrubbed in the browser."""
    language = choice.language
    titles = {one.called(language): one.name for one in case().scenarios}
    named = {name: title for title, name in titles.items()}
    _heading(say("page.one_world", language))
    solara.HTML(tag="p", unsafe_innerHTML=_safe(say("page.one_world_under", language)), classes=["sy-under"])
    with solara.Div(classes=["sy-two"]):
        solara.Select(
            say("page.scenario", language),
            value=named[choice.shown],
            values=list(titles),
            on_value=lambda title: change(lambda now: now.but(shown=titles[title])),
        )
        solara.Select(
            say("page.world", language),
            value=choice.world,
            values=list(range(20)),
            on_value=lambda world: change(lambda now: now.but(world=world)),
        )
    data = solara.use_memo(
        lambda: world_data(choice.shown, choice.world, choice.seed, choice.mode, language),
        [choice.shown, choice.world, choice.seed, choice.mode, language],
    )
    World(run=data)
