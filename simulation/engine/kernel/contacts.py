"""Who is in contact with whom, compiled: what levers change, what is seen along ties, and sums over meetings.

A large meeting takes work in proportion to those who sit in it, not to their pairs.
"""

from typing import Any

from simulation.engine.kernel.compilation import cached_stage, compiled, llvm_inlined, rules, steps
from simulation.engine.kernel.departments import LANES, at, gather
from simulation.engine.kernel.meetings import FORUM, TABLE, TEAM
from simulation.study.constants import CLOSE_NEED, LOOSE


@cached_stage
def set_levers(o: Any, p: Any, m: Any, net: Any, asks: Any, seats: Any, states: Any) -> None:
    """What stays as it is until levers change, of everybody."""
    o.diffused = rules.diffusion(net.parties, p.t)
    for i in range(asks.shape[0]):
        steps.take_levers(at(states, i), p, o, m, asks[i], seats[i], net.parties)


@llvm_inlined
def met(code: Any, o: Any) -> Any:
    """How strong the contact is that meetings make, by the code that says which, as far as they are carried out."""
    return (
        (code & TEAM) * o.team_fidelity
        + (code // FORUM & 1) * o.forum_fidelity
        + (code // TABLE & 1) * o.chain_fidelity
    )


@llvm_inlined
def at_table(code: Any, o: Any) -> Any:
    """The same, as far as sums over meetings count it: at most 1."""
    return min(1.0, met(code, o))


@llvm_inlined
def set_contacts(o: Any, p: Any, s: Any, net: Any, states: Any, a: Any, room: Any) -> None:
    """Who is in contact with whom, and what follows from it: who is imitated, and how quickly hand-offs are settled.

    Contacts are as strong as meetings are carried out in this world; where meetings are not spelt out, ties hold what
    sums over those who meet leave out.
    """
    count_company(o, net, states, a.members, a.class_ends, a.links)
    for i in range(s.count):
        lane, d = i % LANES, at(states, i)
        start, stop = a.ends[net.bonds + i // LANES], a.ends[net.bonds + i // LANES + 1]
        contact = imitated = 0.0
        for k in range(start, stop):
            code = a.bond_codes[k, lane]
            informal, need, other = a.bonds[k].informal[lane], a.bonds[k].need[lane], at(states, a.bonds[k].to)
            strength, summed = rules.contact(informal, met(code, o)), at_table(code, o) if net.meets else 0.0
            weight = strength - summed
            counts = rules.imitation_weight(need, strength) - summed if d.internal and other.internal else need
            room.near[k].weight[lane], room.imitated[k].weight[lane] = weight, counts
            contact += weight
            imitated += counts
        contact += d.near_share
        imitated += d.imitation_share
        seat = room.seats[net.close + i]
        seat.share = 1.0 / contact if contact > 0.0 else 0.0
        seat.imitation = 1.0 / max(imitated, LOOSE) if imitated > 0.0 else 0.0
        seat.close = a.close[net.close + i]
    set_hand_offs(o, p, s, net, states, a, room)


@cached_stage
def meet_others(o: Any, p: Any, m: Any, s: Any, net: Any, states: Any, a: Any, room: Any) -> None:
    """A network comes into force: set for this world, unless an earlier scenario did that.

    Use is then seen in the new contacts.
    """
    stamp = room.stamps[m.network]
    if stamp[0] != o.world or stamp[1] != s.values:
        set_contacts(o, p, s, net, states, a, room)
        stamp[0], stamp[1] = o.world, s.values
    o.network = m.network
    if o.go_live_week > 0:
        look_at_use(o, net, states, a, room)


@llvm_inlined
def look_at_use(o: Any, net: Any, states: Any, a: Any, room: Any) -> None:
    """How far those use the new way whom one imitates, in contacts as they are now."""
    gather(adoption, see_adoption, states, room.imitated, a.ends, net.bonds)
    if net.meets:
        look_round_at_use(o, states, net, a.members, a.class_ends, a.links)


@llvm_inlined
def set_hand_offs(o: Any, p: Any, s: Any, net: Any, states: Any, a: Any, room: Any) -> None:
    """How quickly hand-offs are settled, and how far issues are in reach."""
    for i in range(s.count):
        lane, d = i % LANES, at(states, i)
        for k in range(a.ends[s.needs + i // LANES], a.ends[s.needs + i // LANES + 1]):
            row = room.hand_offs[k]
            code = a.codes[net.codes + k - s.hand_offs, lane]
            strength = rules.contact(a.informal[k, lane], met(code, o))
            tied = row.need[lane] > 0.0
            pace = room.paces[net.codes + k - s.hand_offs]
            pace.pace[lane] = steps.pace(d.attention, at(states, row.to).attention, strength, p) if tied else 0.0
            pace.reach[lane] = rules.neighbour_reach(strength) if row.need[lane] > CLOSE_NEED else 0.0


@llvm_inlined
def count_company(o: Any, net: Any, states: Any, members: Any, class_ends: Any, links: Any) -> None:
    """How strong the contacts are, in all, that each has at meetings which are not spelt out; kept in the shares."""
    start = net.members
    for c in range(net.classes):
        end = net.members + class_ends[net.class_ends + c]
        company = inside = 0.0
        first = net.members
        for b in range(net.classes):
            last = net.members + class_ends[net.class_ends + b]
            strength = at_table(links[net.links + c * net.classes + b], o) if net.meets else 0.0
            if last > first and end > start:
                others = strength * (last - first - (1 if b == c else 0))
                company += others
                both = at(states, members[first]).internal and at(states, members[start]).internal
                inside += others if both else 0.0
            first = last
        for k in range(start, end):
            d = at(states, members[k])
            d.near_share, d.imitation_share = company, inside
        start = end


@cached_stage
def forget_hand_offs(s: Any, states: Any, ends: Any, hand_offs: Any) -> None:
    """What was agreed leaves with key people, on both sides."""
    for i in range(s.count):
        kept = at(states, i).hand_offs_kept
        if kept < 1.0:
            lane = i % LANES
            for k in range(ends[s.needs + i // LANES], ends[s.needs + i // LANES + 1]):
                if hand_offs[k].need[lane] > 0.0:
                    hand_offs[k].settled[lane] *= kept
                    forget_on_the_other_side(s, ends, hand_offs, hand_offs[k].to, i, kept)


@llvm_inlined
def forget_on_the_other_side(s: Any, ends: Any, hand_offs: Any, j: Any, i: Any, kept: Any) -> None:
    """The same hand-off as the other department has it; the rows of a block rise by whom they lead to."""
    low, high = ends[s.needs + j // LANES], ends[s.needs + j // LANES + 1] - 1
    while low < high:
        middle = (low + high) // 2
        if hand_offs[middle].to < i:
            low = middle + 1
        else:
            high = middle
    hand_offs[low].settled[j % LANES] *= kept


@llvm_inlined
def behaviour(d: Any) -> Any:
    """What contacts see of a department, or hear from it."""
    return d.activity, d.conviction, d.it_frame


@llvm_inlined
def see(d: Any, activity: Any, conviction: Any, frame: Any) -> None:
    """What a department's contacts do and think."""
    d.near_activity, d.near_conviction, d.near_frame = activity, conviction, frame


@llvm_inlined
def opposed(d: Any) -> Any:
    """How heavily a department's open objections weigh."""
    return d.opposed


@llvm_inlined
def see_opposed(d: Any, weight: Any) -> None:
    """How heavily those of a department's contacts weigh."""
    d.near_opposed = weight


@llvm_inlined
def at_the_table(d: Any) -> Any:
    """What a department brings where hand-offs are settled."""
    return d.time_to_settle, d.mandate, d.willingness


@llvm_inlined
def see_settled(d: Any, missing: Any, willing: Any) -> None:
    """What was not settled of what a department needs, and how willing those are whom it needs most."""
    d.missing, d.near_willing = missing, willing


@llvm_inlined
def adoption(d: Any) -> Any:
    """How far a department uses the new way."""
    return d.adoption


@llvm_inlined
def see_adoption(d: Any, adopted: Any) -> None:
    """How far those use it whom a department imitates."""
    d.others_adoption = adopted


@llvm_inlined
def see_chain(d: Any, adopted: Any) -> None:
    """How far the chain partners use it whom a department needs."""
    d.chain_adoption = adopted


@llvm_inlined
def add_opposed(d: Any, number: Any) -> None:
    """How heavily the objections of those weigh whom a department meets."""
    d.near_opposed += number


@llvm_inlined
def add_adoption(d: Any, number: Any) -> None:
    """How far those use the new way whom a department meets."""
    d.others_adoption += number


@compiled
def look_round_the_table(o: Any, s: Any, states: Any, net: Any, members: Any, class_ends: Any, links: Any) -> None:
    """What those do and think with whom one meets, where meetings are not spelt out.

    Sums over one's own class leave oneself out without subtracting.
    """
    start = net.members
    for c in range(net.classes):
        end = net.members + class_ends[net.class_ends + c]
        own = at_table(links[net.links + c * net.classes + c], o)
        activity = conviction = frame = 0.0
        for k in range(start, end):
            d = at(states, members[k])
            if own > 0.0:
                hear(d, own, activity, conviction, frame)
            activity += d.activity
            conviction += d.conviction
            frame += d.it_frame
        share_with_others(o, states, net, members, class_ends, links, c, activity, conviction, frame)
        if own > 0.0:
            activity = conviction = frame = 0.0
            for k in range(end - 1, start - 1, -1):
                d = at(states, members[k])
                hear(d, own, activity, conviction, frame)
                activity += d.activity
                conviction += d.conviction
                frame += d.it_frame
        start = end
    if s.voices:
        add_over_meetings(opposed, add_opposed, False, o, states, net, members, class_ends, links)


@llvm_inlined
def hear(d: Any, strength: Any, activity: Any, conviction: Any, frame: Any) -> None:
    """Take in what others do and think, as strongly as one meets them."""
    d.near_activity += strength * activity
    d.near_conviction += strength * conviction
    d.near_frame += strength * frame


@llvm_inlined
def share_with_others(
    o: Any,
    states: Any,
    net: Any,
    members: Any,
    class_ends: Any,
    links: Any,
    c: Any,
    activity: Any,
    conviction: Any,
    frame: Any,
) -> None:
    """Give a class's sums to those of other classes who meet it."""
    start = net.members
    for b in range(net.classes):
        end = net.members + class_ends[net.class_ends + b]
        strength = at_table(links[net.links + b * net.classes + c], o)
        if b != c and strength > 0.0:
            for k in range(start, end):
                hear(at(states, members[k]), strength, activity, conviction, frame)
        start = end


@compiled
def look_round_at_use(o: Any, states: Any, net: Any, members: Any, class_ends: Any, links: Any) -> None:
    """How far those use the new way with whom one meets inside, where meetings are not spelt out."""
    add_over_meetings(adoption, add_adoption, True, o, states, net, members, class_ends, links)


@llvm_inlined
def add_over_meetings(
    send: Any, add: Any, inside: Any, o: Any, states: Any, net: Any, members: Any, class_ends: Any, links: Any
) -> None:
    """Add what those send with whom one meets, or meets ``inside`` the organisation.

    Sums over one's own class leave oneself out without subtracting.
    """
    start = net.members
    for c in range(net.classes):
        end = net.members + class_ends[net.class_ends + c]
        own = at_table(links[net.links + c * net.classes + c], o)
        counts = end > start and (at(states, members[start]).internal or not inside)
        so_far = 0.0
        for k in range(start, end):
            d = at(states, members[k])
            if counts and own > 0.0:
                add(d, own * so_far)
            so_far += send(d)
        if counts:
            add_to_others(add, inside, c, so_far, o, states, net, members, class_ends, links)
        if counts and own > 0.0:
            so_far = 0.0
            for k in range(end - 1, start - 1, -1):
                d = at(states, members[k])
                add(d, own * so_far)
                so_far += send(d)
        start = end


@llvm_inlined
def add_to_others(
    add: Any,
    inside: Any,
    c: Any,
    number: Any,
    o: Any,
    states: Any,
    net: Any,
    members: Any,
    class_ends: Any,
    links: Any,
) -> None:
    """Add a class's sum to those of other classes who meet it."""
    start = net.members
    for b in range(net.classes):
        end = net.members + class_ends[net.class_ends + b]
        strength = at_table(links[net.links + b * net.classes + c], o)
        if b != c and strength > 0.0 and end > start and (at(states, members[start]).internal or not inside):
            for k in range(start, end):
                add(at(states, members[k]), strength * number)
        start = end
