"""How cost grows with departments and ties, from 10 to 10 000 departments in a chain of companies.

``python -m benchmarks.scaling [picture]`` prints a Markdown table and draws it (docs/scaling.png if not told where).
"""

import os
import sys
from time import perf_counter

import numpy as np
import psutil
from matplotlib.figure import Figure

from simulation.ensemble import run_world, warm
from simulation.measures import AssignRoles, ConsultChain, CrossFunctionalTeam, Measures
from simulation.organisation import Department, Label, Organisation, Project, Tie
from simulation.study import Scenario, Study

SIZES = (10, 30, 100, 300, 1_000, 3_000, 10_000)
TIES = (4, 10, 40)
NAME = Label(en="A chain", nl="Een keten")


def chain_of(departments: int, ties: int, horizon: int = 156) -> Study:
    """IT, three in ten business departments, the rest chain partners; each needs the ``ties`` nearest in a ring."""
    business = max(1, 3 * departments // 10)
    kinds = ["it"] + ["business"] * business + ["chain"] * (departments - business - 1)
    everyone = [
        Department(name=f"D{place}", kind=kind, capacity=144.0, benefit=0.0 if kind == "chain" else 1000.0)
        for place, kind in enumerate(kinds)
    ]
    reach = min(ties // 2, (departments - 1) // 2)
    pairs = [(place, (place + step) % departments) for place in range(departments) for step in range(1, reach + 1)]
    strengths = np.random.default_rng(1).uniform(0.1, 0.9, len(pairs)).tolist()
    needs = tuple(Tie(a=f"D{a}", b=f"D{b}", strength=d) for (a, b), d in zip(pairs, strengths, strict=True))
    organisation = Organisation(
        name=NAME, departments=tuple(everyone), interdependence=needs, informal_ties=needs[:: max(1, reach)]
    )
    measures = Measures(
        assign_roles=AssignRoles(), cross_functional_team=CrossFunctionalTeam(), consult_chain=ConsultChain()
    )
    made = Scenario("chain", NAME, NAME, None, organisation, Project(horizon=horizon), (), measures)
    return Study("chain", NAME, NAME, (made,))


def seconds_of(study: Study, repeats: int) -> float:
    """Seconds of one world of a study, laying it out included; the best of some repeats."""
    best = float("inf")
    for _ in range(repeats):
        begun = perf_counter()
        run_world(study, 0, 1, "ranges")
        best = min(best, perf_counter() - begun)
    return best


def slope(sizes: tuple[int, ...], seconds: list[float]) -> float:
    """The power of size with which cost grows over the larger half of the sizes: 1 is linear."""
    half = len(sizes) // 2
    return float(np.polyfit(np.log(sizes[half:]), np.log(seconds[half:]), 1)[0])


def draw(found: dict[int, list[float]], path: str) -> None:
    """Draw seconds against departments, a line for each number of ties."""
    figure = Figure(figsize=(7, 4.2), layout="constrained")
    axes = figure.subplots()
    for (ties, seconds), colour in zip(found.items(), ("#cbd2d9", "#0b6e99", "#c8553d"), strict=True):
        axes.loglog(SIZES, seconds, marker="o", color=colour)
        axes.annotate(f"{ties} ties each", (SIZES[-1], seconds[-1]), (6, 0), textcoords="offset points", va="center")
    axes.margins(x=0.22)
    axes.set_title("One world of 156 weeks: cost grows in step with departments and ties", loc="left", fontsize=11)
    axes.set_xlabel("departments")
    axes.set_ylabel("seconds, one thread")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=150)


def main() -> None:
    """Print the table and draw the picture."""
    warm()
    found = {ties: [seconds_of(chain_of(size, ties), 1 if size > 1000 else 3) for size in SIZES] for ties in TIES}
    print("| departments | " + " | ".join(f"{ties} ties each: s (µs a department)" for ties in TIES) + " |")
    print("|---:" * (len(TIES) + 1) + "|")
    for place, size in enumerate(SIZES):
        cells = [f"{found[ties][place]:.4f} ({1e6 * found[ties][place] / size:.0f})" for ties in TIES]
        print(f"| {size:,} | " + " | ".join(cells) + " |")
    for ties in TIES:
        print(f"\nWith {ties} ties each, cost grows with the power {slope(SIZES, found[ties]):.2f} of departments.")
    peak = psutil.Process(os.getpid()).memory_info()
    print(f"\nMemory of the whole process: {getattr(peak, 'peak_wset', peak.rss) / 1e6:,.0f} MB.")
    draw(found, sys.argv[1] if len(sys.argv) > 1 else "docs/scaling.png")


if __name__ == "__main__":
    main()
