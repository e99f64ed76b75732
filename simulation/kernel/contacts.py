"""Who is in contact with whom, compiled: sums over informal ties, over meetings, and over those close by.

A meeting takes work in proportion to those who sit in it, not to their pairs.
"""

from typing import Any

from simulation.kernel.compiling import apart, rules, stage, woven
from simulation.kernel.layout import IT


@stage
def set_levers(o: Any, p: Any, m: Any, net: Any, whos: Any, states: Any, seats: Any) -> None:
    """What stays as it is until levers change: who meets whom, who is heard, which projects go on."""
    o.diffused = rules.diffusion(net.parties, p.t)
    for i in range(states.shape[0]):
        d, w, seat = states[i], whos[i], seats[i]
        alone = net.parties if net.wide else 1 + seat.close_end - seat.close
        d.unheld = rules.diffusion(alone, p.t)
        d.active = w.internal or m.consulted
        kept = 1.0 - m.cut if w.kind == IT else 1.0
        d.switching = rules.switching_efficiency(d.projects * kept, p.kappa)
        d.standing_pull = d.competing_pull * kept


@woven
def look_around(states: Any, seats: Any, ties: Any) -> None:
    """What informal contacts do and think, summed by strength."""
    for i in range(states.shape[0]):
        activity = conviction = frame = 0.0
        for k in range(seats[i].ties, seats[i].ties_end):
            other, strength = states[ties[k].to], ties[k].weight
            activity += strength * other.activity
            conviction += strength * other.conviction
            frame += strength * other.it_frame
        d = states[i]
        d.near_activity, d.near_conviction, d.near_frame = activity, conviction, frame


@apart
def look_round_the_table(states: Any, net: Any, members: Any, class_ends: Any, links: Any) -> None:
    """What those do and think with whom one meets; sums over others leave oneself out without subtracting."""
    start = net.members
    for c in range(net.classes):
        end = net.members + class_ends[net.class_ends + c]
        own = links[net.links + c * net.classes + c]
        activity = conviction = frame = 0.0
        for k in range(start, end):
            d = states[members[k]]
            if own:
                d.near_activity += activity
                d.near_conviction += conviction
                d.near_frame += frame
            activity += d.activity
            conviction += d.conviction
            frame += d.it_frame
        share_with_others(states, net, members, class_ends, links, c, activity, conviction, frame)
        if own:
            activity = conviction = frame = 0.0
            for k in range(end - 1, start - 1, -1):
                d = states[members[k]]
                d.near_activity += activity
                d.near_conviction += conviction
                d.near_frame += frame
                activity += d.activity
                conviction += d.conviction
                frame += d.it_frame
        start = end


@woven
def share_with_others(
    states: Any, net: Any, members: Any, class_ends: Any, links: Any, c: Any, activity: Any, conviction: Any, frame: Any
) -> None:
    """Give a class's sums to those of other classes who meet it."""
    start = net.members
    for b in range(net.classes):
        end = net.members + class_ends[net.class_ends + b]
        if b != c and links[net.links + b * net.classes + c]:
            for k in range(start, end):
                d = states[members[k]]
                d.near_activity += activity
                d.near_conviction += conviction
                d.near_frame += frame
        start = end


@woven
def hazard(d: Any, p: Any, o: Any, states: Any, ties: Any, seat: Any) -> Any:
    """Rate per week at which an issue here is taken up."""
    own = d.willingness * rules.own_pick_up(d.progress_role, d.unheld, d.ownership)
    for k in range(seat.close, seat.close_end):
        own += rules.neighbour_pick_up(ties[k].weight, states[ties[k].to].willingness, d.progress_role, d.unheld)
    return p.mu * own + rules.partner_pick_up(p.mu_p, o.partner_process_hours, p.h_ref)
