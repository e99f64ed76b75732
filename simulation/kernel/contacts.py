"""Who is in contact with whom, compiled: sums over informal ties, over meetings, and over those one needs.

Each department has others of its own, so these are done one by one. A meeting takes work in proportion to those who
sit in it, not to their pairs.
"""

from typing import Any

from simulation.kernel.compiling import apart, inner, rules, stage, woven
from simulation.kernel.department import given_or
from simulation.kernel.lanes import at
from simulation.kernel.layout import IT


@stage
def set_levers(o: Any, p: Any, m: Any, net: Any, whos: Any, asks: Any, seats: Any, states: Any) -> None:
    """What stays as it is until levers change: what is asked, who meets whom, who is heard, which projects go on."""
    o.diffused = rules.diffusion(net.parties, p.t)
    for i in range(whos.shape[0]):
        d, w, ask, seat = at(states, i), whos[i], asks[i], seats[i]
        alone = net.parties if net.wide else 1 + seat.close_end - seat.close
        d.unheld = rules.diffusion(alone, p.t)
        d.active = w.internal or m.consulted
        kept = 1.0 - m.cut if w.kind == IT else 1.0
        d.switching = rules.switching_efficiency(d.projects * kept, p.kappa)
        d.standing_pull = d.competing_pull * kept
        d.near_share, d.tied = seat.share, seat.tied
        d.progress_portion, d.priority_portion, d.voice_portion = ask.progress, ask.priority, ask.voice
        d.granted, d.persuasion, d.member = ask.granted, ask.persuasion, ask.member
        d.meetings_asked = meetings_asked(w, p, m, ask)


@inner
def meetings_asked(w: Any, p: Any, m: Any, ask: Any) -> Any:
    """Hours of meetings a week that team, roles, chain table and forum ask of a department."""
    asked = p.role_h / 3.0 * ask.roles
    if ask.member:
        asked += given_or(m.team_hours, p.m_team)
    if m.forum and w.internal:
        asked += given_or(m.forum_hours, p.m_team)
    if m.consulted and not w.internal:
        asked += p.m_team / 2.0
    return asked


@woven
def look_around(states: Any, whos: Any, seats: Any, ties: Any) -> None:
    """What informal contacts do and think, and how busy those are whom one needs, summed by strength."""
    for i in range(whos.shape[0]):
        activity = conviction = frame = busy = 0.0
        for k in range(seats[i].ties, seats[i].ties_end):
            other, strength = at(states, ties[k].to), ties[k].weight
            activity += strength * other.activity
            conviction += strength * other.conviction
            frame += strength * other.it_frame
        for k in range(whos[i].ties, whos[i].ties_end):
            busy += ties[k].weight * at(states, ties[k].to).activity
        d = at(states, i)
        d.near_activity, d.near_conviction, d.near_frame, d.busy = activity, conviction, frame, busy


@apart
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
                d = at(states, members[k])
                d.near_activity += activity
                d.near_conviction += conviction
                d.near_frame += frame
        start = end


@woven
def hazard(d: Any, p: Any, o: Any, states: Any, ties: Any, seat: Any) -> Any:
    """Rate per week at which an issue here is taken up."""
    own = d.willingness * rules.own_pick_up(d.progress_role, d.unheld, d.ownership)
    for k in range(seat.close, seat.close_end):
        own += rules.neighbour_pick_up(ties[k].weight, at(states, ties[k].to).willingness, d.progress_role, d.unheld)
    return p.mu * own + rules.partner_pick_up(p.mu_p, o.partner_process_hours, p.h_ref)


@inner
def sum_of_adoption(states: Any, ties: Any, start: Any, end: Any) -> Any:
    """Others' adoption, weighted by how much one needs them."""
    whole = 0.0
    for k in range(start, end):
        whole += ties[k].weight * at(states, ties[k].to).adoption
    return whole


@woven
def look_at_adoption(states: Any, whos: Any, ties: Any) -> None:
    """How far those use the new way whom one needs, and chain partners among them."""
    for i in range(whos.shape[0]):
        d, w = at(states, i), whos[i]
        d.others_adoption = sum_of_adoption(states, ties, w.ties, w.ties_end)
        d.chain_adoption = sum_of_adoption(states, ties, w.chain_ties, w.chain_ties_end)
