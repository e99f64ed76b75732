"""Is the game a dilemma, and can a room win it? Best replies of each table over many worlds, as docs/game.md has them.

    python benchmarks/game.py [--worlds 40] [--study case]

A best reply is the share (the same in every round) that is best for a table by its own figures, with all others as they
are, on average over worlds. From a room in which all give half, every table then takes its best reply, again and again.
Takes some ten minutes on one core.
"""

import argparse
from dataclasses import replace

import numpy as np

from simulation import load
from simulation.engine.traces import trace
from simulation.game import score
from simulation.game.form import Game, Play, game_of, scenario_of
from simulation.game.reveal import among
from simulation.game.score import Whole, scores_in, whole

SHARES = (0.0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1.0)
SOFT = ("name_the_elephant", "assign_roles", "cross_functional_team", "consult_chain")
SETS = {
    "no measures": (),
    "naming, roles, team, chain": SOFT,
    "the same, and the partner": (*SOFT, "partner_along"),
    "the same, and the board": (*SOFT, "partner_along", "anchor_in_strategy"),
    "the partner and IT's hours": (*SOFT, "partner_along", "dedicate_hours"),
    "all of these, and the board": (*SOFT, "partner_along", "dedicate_hours", "anchor_in_strategy"),
}


def room(game: Game, bought: tuple[str, ...], start: int, shares: list[float]) -> Play:
    """A room that pledges the same in every round, and has these measures from round ``start`` on."""
    pledges = {table.name: (share,) * game.rounds for table, share in zip(game.tables, shares, strict=True)}
    return Play(game, pledges, tuple((name, start) for name in bought))


def figures(play: Play, worlds: int) -> tuple[np.ndarray, Whole]:
    """Mean figures of each table (€), and of all together."""
    own, sums = np.zeros(len(play.game.tables)), []
    scenario = scenario_of(play)
    for world in range(worlds):
        traced = trace(scenario, world, play.game.seed)
        made = scores_in(play, traced, play.game.rounds)
        own += [made[table.name].sum for table in play.game.tables]
        sums.append(whole(play, traced))
    in_time, in_all = (float(np.mean([getattr(one, name) for one in sums])) for name in ("in_time", "in_all"))
    return own / worlds, Whole(in_time, in_all)


def replies(game: Game, bought: tuple[str, ...], start: int, now: list[float], worlds: int) -> list[float]:
    """The best reply of each table."""
    made = []
    for index in range(len(game.tables)):
        found = []
        for share in SHARES:
            shares = [*now[:index], share, *now[index + 1 :]]
            found.append(figures(room(game, bought, start, shares), worlds)[0][index])
        made.append(SHARES[int(np.argmax(found))])
    return made


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=40)
    parser.add_argument("--study", default="case")
    parser.add_argument("--start", type=int, default=3, help="the round with which measures begin")
    parser.add_argument("--only", choices=tuple(SETS), help="one set of measures")
    parser.add_argument("--own-share", type=float, default=score.OWN_SHARE, help="what shows in a table's own figures")
    args = parser.parse_args()
    game = replace(game_of(load(args.study), world=0), budget=1e12)
    score.OWN_SHARE = args.own_share
    print(f"{args.study}: {len(game.tables)} tables, own share {args.own_share:.2f}, {args.worlds} worlds")
    for title, names in SETS.items():
        if args.only not in (None, title):
            continue
        bought = tuple(name for name in names if name in {offer.name for offer in game.offers})
        for share in (0.0, 0.25, 0.5, 0.75, 1.0):
            play = room(game, bought, args.start, [share] * len(game.tables))
            found = among(play, 200)
            middle = int(np.median(found.runs.of("played", "go_live_week")))
            number = "never" if middle > game.horizon else f"round {(middle - 1) // game.weeks + 1}"
            live, lasts = found.live(), found.lasting().mean()
            print(
                f"{title} | all give {share:.2f} | live in {live} of 200, median {number} | lasting use {lasts:.2f} "
                f"| {told(figures(play, args.worlds)[1])}",
                flush=True,
            )
        now = [0.5] * len(game.tables)
        for step in range(4):
            best = replies(game, bought, args.start, now, args.worlds)
            sums = told(figures(room(game, bought, args.start, now), args.worlds)[1])
            print(f"{title} | step {step}: {now} | {sums} | best replies {best}", flush=True)
            if best == now:
                break
            now = best


def told(sums: Whole) -> str:
    """What all have together."""
    return f"all together {sums.in_time / 1e3:,.0f} k€ in the game, {sums.in_all / 1e3:,.0f} k€ over five years"


if __name__ == "__main__":
    main()
