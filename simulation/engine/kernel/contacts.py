"""Who is in contact with whom, compiled: what levers change, what is seen along ties, and sums over meetings.

A large meeting takes work in proportion to those who sit in it, not to their pairs.
"""

from typing import Any

from simulation.engine.kernel.compilation import cached_stage, compiled, llvm_inlined, numba_inlined, rules, steps
from simulation.engine.kernel.departments import at


@cached_stage
def set_levers(o: Any, p: Any, m: Any, net: Any, asks: Any, seats: Any, states: Any) -> None:
    """What stays as it is until levers change, of everybody."""
    o.diffused = rules.diffusion(net.parties, p.t)
    for i in range(asks.shape[0]):
        steps.take_levers(at(states, i), p, m, asks[i], seats[i], net.parties)


@llvm_inlined
def behaviour(d: Any) -> Any:
    """What contacts see of a department, or hear from it."""
    return d.activity, d.conviction, d.it_frame


@llvm_inlined
def see(d: Any, activity: Any, conviction: Any, frame: Any) -> None:
    """What a department's contacts do and think."""
    d.near_activity, d.near_conviction, d.near_frame = activity, conviction, frame


@llvm_inlined
def activity(d: Any) -> Any:
    """How far a department is at work on its part."""
    return d.activity


@llvm_inlined
def see_work(d: Any, busy: Any) -> None:
    """How busy those are whom a department needs."""
    d.busy = busy


@llvm_inlined
def willingness(d: Any) -> Any:
    """How willing a department is to take something up."""
    return d.willingness


@llvm_inlined
def see_willing(d: Any, willing: Any) -> None:
    """How willing those are whom a department needs most, as far as they are in reach."""
    d.near_willing = willing


@llvm_inlined
def adoption(d: Any) -> Any:
    """How far a department uses the new way."""
    return d.adoption


@llvm_inlined
def see_adoption(d: Any, adopted: Any) -> None:
    """How far those use it whom a department needs."""
    d.others_adoption = adopted


@llvm_inlined
def see_chain(d: Any, adopted: Any) -> None:
    """How far the chain partners use it whom a department needs."""
    d.chain_adoption = adopted


@compiled
def look_round_the_table(states: Any, net: Any, members: Any, class_ends: Any, links: Any) -> None:
    """What those do and think with whom one meets; sums over others leave oneself out without subtracting."""
    start = net.members
    for c in range(net.classes):
        end = net.members + class_ends[net.class_ends + c]
        own = links[net.links + c * net.classes + c]
        activity = conviction = frame = 0.0
        for k in range(start, end):
            d = at(states, members[k])
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
                d = at(states, members[k])
                d.near_activity += activity
                d.near_conviction += conviction
                d.near_frame += frame
                activity += d.activity
                conviction += d.conviction
                frame += d.it_frame
        start = end


@numba_inlined
def share_with_others(
    states: Any, net: Any, members: Any, class_ends: Any, links: Any, c: Any, activity: Any, conviction: Any, frame: Any
) -> None:
    """Give a class's sums to those of other classes who meet it."""
    start = net.members
    for b in range(net.classes):
        end = net.members + class_ends[net.class_ends + b]
        if b != c and links[net.links + b * net.classes + c]:
            for k in range(start, end):
                d = at(states, members[k])
                d.near_activity += activity
                d.near_conviction += conviction
                d.near_frame += frame
        start = end
