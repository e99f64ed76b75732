"""Why two scenarios come out differently in one world, in sentences."""

import functools
from typing import Any

import numpy as np

from simulation.analysis.divergence import (
    Difference,
    Divergence,
    Ending,
    SameLuck,
    Step,
    Swap,
    find_divergence,
    swap_each,
)
from simulation.analysis.mechanisms import SHARE
from simulation.dashboard.pages.world.data import log_of, shocks_of, states_sent, traced, world_of
from simulation.dashboard.state.variants import Changes, study_of
from simulation.engine.ensemble import mesa_world, run_world
from simulation.engine.traces import Trace
from simulation.model.worlds import Mode
from simulation.report.handoffs import AGREED, HandOffs
from simulation.study.scenario import Scenario
from simulation.text.i18n import number, percent, say, say_count

Item = dict[str, Any]
"""A line of the story: the week one can go to (0: none), the department to look at (−1: none), a lead and a text."""

LUCK_TOLD = 3
"""Strokes of luck with another effect that are put into sentences; the rest is counted."""
LONGEST_TITLE = 48
LATE = 13
"""Weeks before the end within which the widest gap is as good as the last one."""


def short(text: str, most: int = LONGEST_TITLE) -> str:
    """A name in a sentence.

    >>> short("a" * 9, 5)
    'aaaa…'
    """
    return text if len(text) <= most else f"{text[: most - 1]}…"


def share(value: float, language: str) -> str:
    """A share as people say it.

    >>> share(0.714, "nl")
    '71 %'
    """
    return percent(value, language)


def headline(traces: list[Trace], language: str) -> str:
    """What happens in this world, in a sentence."""
    sentences = []
    for trace, (live, never) in zip(traces, (("first_live", "first_never"), ("then_live", "then_never")), strict=False):
        sentences.append(
            say(
                f"world.{live if trace.go_live else never}",
                language,
                world=trace.world,
                scenario=short(trace.scenario.called(language)),
                week=trace.go_live,
                share=share(trace.lasting, language),
            )
        )
    if len(sentences) == 1:
        return say("world.alone", language, first=sentences[0])
    return say("world.and", language, first=sentences[0], then=sentences[1])


class Story:
    """Tells a parting of two scenarios."""

    def __init__(self, divergence: Divergence, a: Trace, b: Trace, language: str) -> None:
        self.divergence, self.a, self.b, self.language = divergence, a, b, language
        self.titles = {
            "first": short(a.scenario.called(language)),
            "second": short(b.scenario.called(language)),
        }
        self.labels = {
            department.name: short(department.called(language)) for department in a.scenario.organisation.departments
        }

    def items(self) -> list[Item]:
        """The whole story, in order; empty weeks mean that there is nowhere to go."""
        if self.divergence.week is None:
            return [*self._measures(), self._item(self._say("same"))]
        steps = sorted(
            [*self._measures(), *map(self._step, self.divergence.steps)], key=lambda item: item["week"] or 10**6
        )
        return [*steps, *self._luck(), self._end()]

    def opening(self) -> str:
        """When and through what the worlds part; empty if they never do."""
        week = self.divergence.week
        if week is None:
            return ""
        # what the list below shows of that week; where nothing there matters yet, every state that differs at all
        seen = [step.group for step in self.divergence.steps if step.week == week] or self.divergence.mechanisms
        through = [self._say(f"group.{mechanism}") for mechanism in dict.fromkeys(seen)]
        key = "parts" if week > 1 else "parts_at_once"
        return self._say(key, week=week, before=week - 1, through=self._listed(through))

    def _listed(self, names: list[str]) -> str:
        """Names, one after another."""
        return self._say("listed", some=", ".join(names[:-1]), last=names[-1]) if len(names) > 1 else "".join(names)

    def told(self) -> str:
        """The whole of it in a paragraph, as one would tell it to somebody who asks; empty if the worlds never part."""
        if self.divergence.week is None:
            return ""
        sentences = [self.opening()]
        sentences += [*self._owned("a"), *self._owned("b"), *self._owned("")]
        sentences += [*self._work(), self._end()["text"]]
        neither = self.divergence.a.go_live is None and self.divergence.b.go_live is None
        if neither and self._widest_work() + LATE < self.a.horizon:
            sentences.append(self._say("told_end_work", **self._both("progress", self.a.horizon), **self.titles))
        return " ".join(sentences)

    def _owned(self, holder: str) -> list[str]:
        """What one of the two has alone, or (without a holder) both in another way, by the week in which it shows."""
        weeks: dict[int, list[str]] = {}
        for difference in self.divergence.differences:
            if difference.week is not None and _holder(difference) == holder:
                weeks.setdefault(difference.week, []).append(self._measure(difference.measure))
        if not weeks:
            return []
        parts = [
            self._say("told_from", measures=self._listed(names), week=week) for week, names in sorted(weeks.items())
        ]
        scenario = self.titles["second" if holder == "b" else "first"]
        return [self._say("told_only" if holder else "told_differently", scenario=scenario, measures="; ".join(parts))]

    def _work(self) -> list[str]:
        """When the work comes apart furthest, and what else differs most in that week."""
        week = self._widest_work()
        if abs(float(self.a.weekly("progress")[week - 1] - self.b.weekly("progress")[week - 1])) < SHARE:
            return [self._say("told_work_alike")]
        sentences = [self._say("told_work", week=week, **self._both("progress", week), **self.titles)]
        means = [HandOffs(run.scenario.organisation, run.settled).mean(inside=True) for run in (self.a, self.b)]
        settled = [float(mean[week - 1]) for mean in means if mean is not None]
        engaged = [run.weekly("engagement")[week - 1] for run in (self.a, self.b)]
        why = []
        if len(settled) == 2 and abs(settled[0] - settled[1]) >= SHARE:
            why.append(self._say("told_settled", **self._pair(*settled), **self.titles))
        if abs(engaged[0] - engaged[1]) >= SHARE:
            why.append(
                self._say("told_engaged" if why else "told_engaged_alone", **self._pair(*engaged), **self.titles)
            )
        return [*sentences, self._say("told_why", what="; ".join(why))] if why else sentences

    def _widest_work(self) -> int:
        """The week in which the work comes apart furthest."""
        return int(np.argmax(np.abs(self.a.weekly("progress") - self.b.weekly("progress")))) + 1

    def _both(self, state: str, week: int) -> dict[str, str]:
        """A weekly mean of both, as people say it."""
        return self._pair(*(float(run.weekly(state)[week - 1]) for run in (self.a, self.b)))

    def _pair(self, a: float, b: float) -> dict[str, str]:
        """Two shares as people say them."""
        return {"a": share(a, self.language), "b": share(b, self.language)}

    def caveats(self) -> list[str]:
        """What may be concluded from it, and what may not."""
        measures = self.divergence.differences
        caveats = []
        if self.divergence.beyond:
            differences = self._listed([self._say(BESIDES[name]) for name in self.divergence.beyond])
            caveats.append(self._say("other_differences", what=differences))
        elif len(measures) == 1:
            caveats.append(self._say("one_measure", measure=self._measure(measures[0].measure)))
        if len(measures) > 1:
            caveats.append(self._say("many_measures", count=len(measures)))
        if self.divergence.week is not None:
            caveats.append(self._say("order"))
        return caveats

    def _say(self, key: str, **fields: Any) -> str:
        """A sentence of this page."""
        return say(f"world.{key}", self.language, **fields)

    def _measure(self, name: str) -> str:
        """What a measure is called."""
        return say(f"measure.{name}", self.language)

    def _item(self, text: str, week: int = 0, department: str = "", lead: str = "", kind: str = "") -> Item:
        """A line of the story."""
        at = self.a.names.index(department) if department in self.a.names else -1
        text = text[:1].upper() + text[1:]
        return {"text": text, "week": week, "department": at, "lead": lead, "kind": kind} | {
            "a": "",
            "b": "",
            "more": None,
        }

    def _measures(self) -> list[Item]:
        """Which measures differ, by week and by who has them."""
        kinds: dict[tuple[int, str], list[str]] = {}
        for difference in self.divergence.differences:
            holder = "never_shows" if difference.week is None else _holder(difference)
            kinds.setdefault((difference.week or 0, holder), []).append(self._measure(difference.measure))
        return [self._measure_item(week, holder, self._listed(names)) for (week, holder), names in kinds.items()]

    def _measure_item(self, week: int, holder: str, measures: str) -> Item:
        """Measures that begin to differ in a week."""
        if holder in ("a", "b"):
            title = self.titles["first" if holder == "a" else "second"]
            text = self._say("only_with", scenario=title, measures=measures)
        else:
            text = self._say("never_shows" if holder else "differently", measures=measures)
        return self._item(text, week, kind="measure")

    def amount(self, value: float, state: str) -> str:
        """A state's value as people say it."""
        if state in HOURS:
            return self._say("hours", n=number(value, self.language, 0 if value >= 9.95 or value < 0.05 else 1))
        if state in COUNTS:
            return number(value, self.language, 0 if value == int(value) else 1)
        return share(value, self.language)

    def _step(self, step: Step) -> Item:
        """When something first differs by enough to matter."""
        others = step.many - 1
        more = say_count("world.more", others, self.language) if others else ""
        text = self._say(f"state.{step.state}")
        if step.department:
            text = self._say("step", state=text, department=self.labels[step.department], more=more)
        item = self._item(text, step.week, step.department, self._say(f"group.{step.group}"), "step")
        item |= {"state": step.state, "a": self.amount(step.a, step.state), "b": self.amount(step.b, step.state)}
        if step.widest != step.week:
            item["more"] = self._widest(step)
        return item

    def _widest(self, step: Step) -> Item:
        """When, and where, it differs most."""
        text = self._say("widest", department=self.labels[step.most]) if step.most else self._say("widest_whole")
        item = self._item(text, step.widest, step.most)
        return item | {"a": self.amount(step.most_a, step.state), "b": self.amount(step.most_b, step.state)}

    def _luck(self) -> list[Item]:
        """Strokes of luck that work out differently, the largest first."""
        notes = sorted(self.divergence.luck, key=lambda stroke: -abs(stroke.a - stroke.b))
        items = [self._stroke(stroke) for stroke in sorted(notes[:LUCK_TOLD], key=lambda stroke: stroke.week)]
        if len(notes) > LUCK_TOLD:
            items.append(self._item(say_count("world.luck_more", len(notes) - LUCK_TOLD, self.language)))
        for item in items:
            item["kind"] = "luck"
        for item in items[:1]:
            item["lead"] = self._say("luck_lead")
        return items

    def _stroke(self, note: SameLuck) -> Item:
        """One stroke of luck."""
        a, b = (say_count("world.points", 100 * effect, self.language) for effect in (note.a, note.b))
        name = self.labels.get(note.department, "")
        if note.kind == "spared":
            text = self._say(
                "luck_spared", department=name, scenario=self.titles["first" if note.a > note.b else "second"]
            )
        elif note.kind == "leave":
            state = self._say(f"state.{note.state}")
            text = self._say("luck_leave", department=name, state=state, a=a, b=b, **self.titles)
        else:
            text = self._say("luck_shock", a=a, b=b, **self.titles)
        return self._item(text, note.week, note.department)

    def _end(self) -> Item:
        """How it ends."""
        a, b = self.divergence.a, self.divergence.b
        keys = {(True, True): "end_both", (True, False): "end_first", (False, True): "end_second"}
        text = self._say(
            keys.get((a.go_live is not None, b.go_live is not None), "end_neither"),
            a=a.go_live,
            b=b.go_live,
            share_a=share(a.lasting, self.language),
            share_b=share(b.lasting, self.language),
            horizon=self.a.horizon,
            **self.titles,
        )
        return self._item(text, self.a.horizon, lead=self._say("end_lead"), kind="end")

    # --- one difference at a time ---

    def swaps(self, swaps: tuple[Swap, ...]) -> Item:
        """The table of what each difference does alone, and what can be read off it."""
        rows = [[self._measure(swap.measure), self._cell(swap.a), self._cell(swap.b)] for swap in swaps]
        now = [self._say("swap_now"), self._cell(self.divergence.a), self._cell(self.divergence.b)]
        ways = {(difference.in_a, difference.in_b) for difference in self.divergence.differences}
        added, dropped = {(True, False)}, {(False, True)}
        a = "swap_without" if ways == added else "swap_with" if ways == dropped else "swap_other"
        b = "swap_with" if ways == added else "swap_without" if ways == dropped else "swap_other"
        first, second = self.titles["first"], self.titles["second"]
        heads = [
            self._say(a, scenario=first, rival=second),
            self._say(b, scenario=second, rival=first),
        ]
        return {"heads": [self._say("swap_measure"), *heads], "rows": [now, *rows], "said": self._read(swaps)}

    def _cell(self, end: Ending) -> str:
        """How a run ends, in a cell."""
        live = self._say("live_in", week=end.go_live) if end.go_live else self._say("live_never")
        return self._say("swap_cell", share=share(end.lasting, self.language), live=live)

    def _read(self, swaps: tuple[Swap, ...]) -> list[str]:
        """What the table says."""
        out = [(swap.measure, swap.a) for swap in swaps]
        into = [(swap.measure, swap.b) for swap in swaps]
        return [
            self._moved("swap_most", "swap_least", out, self.divergence.a),
            self._moved("swap_alone", "swap_together", into, self.divergence.b),
        ]

    def _moved(self, much: str, little: str, ends: list[tuple[str, Ending]], before: Ending) -> str:
        """Whether the measure that moves most moves enough; those that come to as much are named with it."""
        moves = {measure: abs(now.lasting - before.lasting) for measure, now in ends}
        most = max(moves, key=lambda measure: moves[measure])
        if moves[most] < SHARE:
            return self._say(little, **self.titles)
        now = dict(ends)[most]
        fields = {"now": share(now.lasting, self.language), "before": share(before.lasting, self.language)}
        alike = [measure for measure, end in ends if abs(end.lasting - now.lasting) < SHARE]
        if len(alike) > 1:
            return self._say(
                f"{much}_alike", measures=self._listed(list(map(self._measure, alike))), **fields, **self.titles
            )
        return self._say(much, measure=self._measure(most), **fields, **self.titles)


def _holder(difference: Difference) -> str:
    """Which of the two has a measure that the other has not; neither where both have it."""
    return "a" if difference.in_a > difference.in_b else "b" if difference.in_b > difference.in_a else ""


BESIDES = {"organisation": "by_organisation", "project": "by_project", "parameters": "by_parameters"}
HOURS = {"headroom", "meetings", "bought_done", "helped_done", "paired_hours", "technical_size", "hours"}
COUNTS = {"contacts", "open_issues", "pull"}


@functools.lru_cache(maxsize=64)
def _divergence(
    changes: Changes, pair: tuple[str, str], world: int, seed: int, mode: Mode, compiled: bool
) -> tuple[Divergence, tuple[Swap, ...]]:
    """Where two scenarios part, and what each difference does alone; worked out once for all who ask."""
    a, b = (traced(changes, name, world, seed, mode, compiled) for name in pair)
    divergence = find_divergence(a, b)
    many = len(divergence.differences) > 1
    run = run_world if compiled else mesa_world
    return divergence, swap_each(a.scenario, b.scenario, world, seed, mode, run) if many else ()


def world_page(
    changes: Changes, shown: str, beside: str, world: int, seed: int, mode: Mode, language: str, compiled: bool
) -> Item:
    """All that the page shows of one scenario in a world, or of two under the same luck; plain data."""
    names = (shown, beside) if beside else (shown,)
    traces = [traced(changes, name, world, seed, mode, compiled) for name in names]
    page = {
        "key": "/".join([*names, str(world), str(seed), mode]),
        "headline": headline(traces, language),
        "world": world,
        "horizon": traces[0].horizon,
        "worlds": [world_of(trace, language) for trace in traces],
        "states": states_sent(),
        "agreed": AGREED,
        "shocks": shocks_of(traces[0]),
        "events": log_of(traces, language),
        "story": [],
        "told": "",
        "caveats": [],
        "swaps": None,
    }
    if beside:
        divergence, swaps = _divergence(changes, (shown, beside), world, seed, mode, compiled)
        story = Story(divergence, traces[0], traces[1], language)
        page |= {"story": story.items(), "told": story.told(), "caveats": story.caveats()}
        page["swaps"] = story.swaps(swaps) if swaps else None
    return page


@functools.lru_cache(maxsize=64)
def scenario_titles(changes: Changes, language: str) -> list[Item]:
    """All scenarios that can be looked at, by name and title."""
    names = changes.names
    scenarios: tuple[Scenario, ...] = study_of(changes, names).scenarios
    return [{"name": scenario.name, "title": scenario.called(language)} for scenario in scenarios]
