"""The model in pure Python: no Mesa, no NumPy in the loop, a run in one function.

A call costs CPython more than the arithmetic of an equation, so the equations stand in the loop itself, on plain floats
in lists by department; rare and long ones are called from :mod:`simulation.model.rules`. What a department reads of
others was left behind by an earlier stage, which allows three passes over the departments a week: perception to effort,
work to adoption, and learning. Results differ from the Mesa model's by rounding only.
"""

import math
from dataclasses import dataclass
from itertools import pairwise
from math import exp

import numpy as np

from benchmarks.prepared import DEPARTMENTS, INTERNAL, Network, Stage, check, needs, network, phase, timetable
from simulation.model import randomness, rules
from simulation.model.outcomes import OUTCOMES, herfindahl, ratio
from simulation.model.rules import binomial_quantile, poisson_quantile
from simulation.model.worlds import Mode, Traits, traits_of, values_of
from simulation.study.parameters import Values
from simulation.study.scenario import Scenario, Study

Floats = list[float]
Ties = tuple[tuple[tuple[int, float], ...], ...]

NINE = tuple(range(DEPARTMENTS))
IT_LAST = (*NINE[1:], 0)
"""IT's work depends on what all others need."""

FROM, TO = 13, 38
"""The weeks over which visibility and the passive share are averaged."""


# --- what is prepared ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Prepared:
    """A stage with its ties as short lists.

    ``among`` is the weight of each other internal department where all of them meet (else 0), and
    ``contacts`` the (department, weight) of the remaining ties; ``helpers`` the (department, reach).
    """

    stage: Stage
    network: Network
    among: tuple[float, ...]
    contacts: Ties
    helpers: Ties


@dataclass(frozen=True)
class Plan:
    """A scenario: its stage in every phase and week."""

    scenario: Scenario
    stages: tuple[tuple[Prepared, ...], ...]


@dataclass(frozen=True)
class Organisation:
    """What is the same in every scenario; ``near`` is interdependence that sums to 1."""

    capacity: Floats
    rate: Floats
    benefit: Floats
    near: Ties
    behind: Ties
    to_chain: Ties
    entangled: Floats


@dataclass(frozen=True)
class World:
    """What luck makes of every week in a world, whatever is decided: lists by week, then by department.

    ``leavers`` are the departments that may lose a key person, with their draw.
    """

    values: Values
    load: list[Floats]
    other_load: Floats
    shock: list[bool]
    shock_begins: list[bool]
    arrivals: list[Floats]
    pick_up: list[Floats]
    leavers: list[list[tuple[int, float]]]


def _plan(scenario: Scenario) -> Plan:
    """Prepare a scenario."""
    stages = timetable(scenario).stages
    known = {id(stage): stage for phase_stages in stages for stage in phase_stages}
    prepared = {key: _prepared(scenario, stage) for key, stage in known.items()}
    return Plan(scenario, tuple(tuple(prepared[id(stage)] for stage in phase_stages) for phase_stages in stages))


def _prepared(scenario: Scenario, stage: Stage) -> Prepared:
    """Prepare a stage."""
    ties = network(scenario.organisation, stage.levers)
    inside = range(INTERNAL)
    all_meet = all(len({ties.weights[i][j] for j in inside if j != i}) == 1 for i in inside)
    among = tuple(ties.weights[i][i - 1 or 2] if all_meet and i < INTERNAL else 0.0 for i in NINE)
    others = [
        [0.0 if among[i] and j < INTERNAL else weight for j, weight in enumerate(row)]
        for i, row in enumerate(ties.weights)
    ]
    return Prepared(stage, ties, among, _sparse(others), _sparse(ties.reach))


def _sparse(rows: list[Floats] | tuple[tuple[float, ...], ...]) -> Ties:
    """The entries of each row that are not 0."""
    return tuple(tuple((j, weight) for j, weight in enumerate(row) if weight) for row in rows)


def _organisation(study: Study) -> Organisation:
    """Prepare the organisation."""
    departments, need = study.organisation.departments, needs(study.organisation)
    weights = [sum(row) for row in need]
    chain = [[strength * (j >= INTERNAL) for j, strength in enumerate(row)] for row in need]
    return Organisation(
        capacity=[department.capacity for department in departments],
        rate=[department.rate for department in departments],
        benefit=[department.benefit for department in departments],
        near=_sparse([[strength / sum(row) for strength in row] for row in need]),
        behind=_sparse(chain),
        to_chain=_sparse([[strength / (sum(row) or 1.0) for strength in row] for row in chain]),
        entangled=[weight * DEPARTMENTS / sum(weights) for weight in weights],
    )


def _world(study: Study, values: Values, traits: tuple[Traits, ...], seed: int, world: int) -> World:
    """Prepare a world."""
    weeks, purpose_index = study.horizon + 1, randomness.PURPOSES.index
    organisation = study.organisation
    common = randomness.draws(seed, world, "", study.horizon)
    own = np.array([randomness.draws(seed, world, name, study.horizon) for name in organisation.names]).transpose(
        2, 1, 0
    )
    noise, incident, leave, arrivals, pick_up = (
        own[purpose_index(purpose)].tolist() for purpose in ("noise", "incident", "leave", "arrivals", "pick_up")
    )
    shocks = _clock(common[:, purpose_index("shock")].tolist(), values.p_shock, 12)
    other_load = [1.0]
    for u in common[1:, purpose_index("other_load")].tolist():
        other_load.append(rules.other_it_load(other_load[-1], u))
    load = [[0.0] * DEPARTMENTS for _ in range(weeks)]
    leavers: list[list[tuple[int, float]]] = [[] for _ in range(weeks)]
    for i, department in enumerate(organisation.departments):
        clock = _clock([week[i] for week in incident], values.p_inc, 3)
        upkeep = values.debt_m * department.capacity if i == 0 else 0.0
        for week in range(1, weeks):
            extra = values.s_inc * department.capacity if clock[week] else 0.0
            deviation = rules.weekly_noise(noise[week][i])
            load[week][i] = rules.ordinary_load(department.capacity, traits[i].workload, deviation, extra, 0.0)
            most = (load[week][i] + upkeep) / (0.8 * department.capacity)
            if leave[week][i] < rules.chance_of_leaving(values.p_leave, most):
                leavers[week].append((i, leave[week][i]))
    begins = [False, *(now > before for before, now in pairwise(shocks))]
    return World(values, load, other_load, [left > 0 for left in shocks], begins, arrivals, pick_up, leavers)


def _clock(draws: Floats, probability: float, duration: int) -> list[int]:
    """Weeks that an incident or a shock still lasts, in every week from 0."""
    clock = [0]
    for u in draws[1:]:
        clock.append(rules.event_clock(clock[-1], u, probability, duration))
    return clock


# --- a run ---------------------------------------------------------------------------------------------


def _run(plan: Plan, organisation: Organisation, world: World, traits: tuple[Traits, ...]) -> Floats:
    """One scenario in one world: its outcomes."""
    scenario, p = plan.scenario, world.values
    measures, project = scenario.measures, scenario.project
    horizon, connection_hours = project.horizon, project.connection_hours
    own_built = measures.platform.kind == "self-built"
    licence = 0.0 if own_built else measures.platform.licence
    capacity, rate, near, behind = organisation.capacity, organisation.rate, organisation.near, organisation.behind
    to_chain, benefits = organisation.to_chain, organisation.benefit
    tenth = [1.0 / (0.1 * hours) for hours in capacity]
    claims = [0.2 * hours for hours in capacity]
    issue_rate = [p.iota * (0.5 + entangled) for entangled in organisation.entangled]
    # parameters
    e0, not_e0, kmin, not_kmin = p.e0, 1.0 - p.e0, p.kmin, 1.0 - p.kmin
    i_half, lead, h_ref, h_care = p.I_half, p.lead, p.h_ref, p.h_care
    per_tau_s, per_tau_om, per_tau_z, per_h_ref = 1.0 / p.tau_s, 1.0 / p.tau_om, 1.0 / p.tau_z, 1.0 / h_ref
    paper, c_role, eta_e, acc, mu, iota_c = p.paper, p.c_role, p.eta_e, p.acc, p.mu, p.iota_c
    frame_kept, frame_talk = 1.0 - p.eta_f, p.eta_f * p.g
    eps_b, kept_clear = p.eps_b, 1.0 - p.eps0 - p.eps_b
    phi_pair, phi_sub, phi_it, qloss = p.phi_pair, p.phi_sub, p.phi_it, p.qloss
    p_a, q_a, de_a, press, gam, not_gam = p.p_a, p.q_a, p.de_a, 4.0 * p.press, p.gam, 1.0 - p.gam
    own_third, de_o, lam_k, lam_t, de_k = p.al_o / 3.0, p.de_o, p.lam_k, p.lam_t, p.de_k
    x_kept, x_brought, x_seen = 1.0 - p.eta_x, p.eta_x * (1.0 - p.xi), p.eta_x * p.xi
    b_v, b_p, v_meet, v_kept = p.bV, p.bP, p.v_meet, 1.0 - 1.0 / p.tau_V
    upkeep_rate, debt_g, debt_weight = p.debt_m * capacity[0], p.debt_g, 1.0 if own_built else 0.1
    p_leave, kept_leave, fair = p.p_leave, 1.0 - p.loss_leave, (p.WB + p.WT) / 52.0
    # the state of week 0
    x = [trait.conviction for trait in traits]
    anchor = x[:]
    frame = [trait.it_frame for trait in traits]
    brought = [p.eta_f * (1.0 - p.g) * belief for belief in frame]
    felt, ownership, v, a, z = ([0.0] * DEPARTMENTS for _ in range(5))
    progress_role, priority_role, voice_role = ([0.0] * DEPARTMENTS for _ in range(3))
    k = [trait.knowledge for trait in traits]
    w = [p.om0] * DEPARTMENTS
    process, technical, own_share, own_output, all_output = ([0.0] * DEPARTMENTS for _ in range(5))
    process_size = [trait.process_work for trait in traits]
    technical_size = [trait.technical_work for trait in traits]
    issues = [0] * DEPARTMENTS
    available = capacity[:]
    absent_until = [0] * DEPARTMENTS
    cut_over = [False] * DEPARTMENTS
    visibility = backlog = signal = progress = adopted = 0.0
    debt = p.debt0 if own_built else 0.05
    go_live = 0
    waits = measures.wait_for_capacity is not None
    started, work_seen, live = not waits, False, False
    spare: Floats = []
    # what a week computes
    hours, parts, works, prods, clears, skills, held, process_needs, technical_needs = (
        [0.0] * DEPARTMENTS for _ in range(9)
    )
    demands, waitings, willing, paired, meetings, loads = ([0.0] * DEPARTMENTS for _ in range(6))
    # the books
    adoption: Floats = []
    progress_104 = seen_26 = passive_26 = 0.0
    sum_hours = sum_meetings = sum_paired = overload_hours = cost = partner_cost = benefit = connections = 0.0
    carried = [0.0] * (INTERNAL + 1)
    now = None

    for week in range(1, horizon + 1):
        live = 0 < go_live < week
        # --- stage 1: this week's levers, and what is done at once
        coming = plan.stages[phase(week, go_live or None)][week]
        if coming is not now:
            now, stage, levers, ties = coming, coming.stage, coming.stage.levers, coming.network
            among, contacts, helpers = coming.among, coming.contacts, coming.helpers
            consulted, granted, partner, team = levers.consulted, levers.granted, levers.partner, levers.team
            active = [i < INTERNAL or consulted for i in NINE]
            seated = [i for i in NINE if levers.members[i]]
            diffused = ties.parties**-p.t
            alone = p.nu + (1.0 - p.nu) * diffused
            unheld = [parties**-p.t for parties in ties.beside]
            uncoordinated = [p.ad_hoc * (1.0 - tied) for tied in ties.tied]
            meetings_asked = [_meetings(stage, p, i) for i in NINE]
            sent = [tuple(portion * c_role for portion in portions) for portions in levers.roles]
            assigned = any(any(portions) for portions in sent)
            persuasion = levers.persuasion if any(levers.persuasion) else None
            left = 1.0 - levers.cut
            pull_it = traits[0].competing_pull * left
            switching = [
                rules.switching_efficiency(trait.projects * (left if i == 0 else 1.0), p.kappa)
                for i, trait in enumerate(traits)
            ]
            pulls = [trait.competing_pull for trait in traits]
            anchored = p.A if levers.anchored else 0.0
            base = 1.0 - (p.om_done if stage.closed else p.om0)
            protected = p.sh_om + (1.0 - p.sh_om) * anchored
            fade = 1.0 - (1.0 - anchored) / p.tau_c if stage.fades else 1.0
            outsider = partner.substitution if partner else 0.0
            fed = (p.v_board if levers.anchored else 0.0) + (0.04 * (1.0 - outsider) if partner else 0.0)
            paid_partner = partner.hours * partner.fee if partner else 0.0
            paid = paid_partner + levers.one_off_cost + levers.running_cost
        if assigned:
            for i, (first, second, third) in enumerate(sent):
                heard = 1.0 - paper * frame[i] if i else 1.0
                progress_role[i] = max(progress_role[i], first * heard)
                priority_role[i] = max(priority_role[i], second * heard)
                voice_role[i] = max(voice_role[i], third * heard)
        if levers.naming:
            visibility += (1.0 - visibility) * p.dV_name
            frame[1:INTERNAL] = [belief * (1.0 - p.zeta) for belief in frame[1:INTERNAL]]
        if persuasion:
            anchor = [
                conviction + (1.0 - conviction) * step for conviction, step in zip(anchor, persuasion, strict=True)
            ]
        # --- stage 3, first: has work started?
        load = world.load[week]
        upkeep = upkeep_rate * debt
        other = world.other_load[week]
        if not started:
            room = available[0] - load[0] - upkeep
            spare.append((room if room > 0.0 else 0.0) + granted[0] - 0.25 * capacity[0] * other * pull_it)
            started = week >= project.start and len(spare) >= 8 and math.fsum(spare[-8:]) / 8.0 > h_ref
        # --- stages 2 to 4: perception, capacity, effort
        of_business = sum(frame[1:INTERNAL]) / (INTERNAL - 1)
        blind = 1.0 - visibility
        blend = [blind * act + visibility * conviction for act, conviction in zip(v, x, strict=True)]
        all_blend, all_frame = sum(blend[:INTERNAL]), sum(frame[:INTERNAL])
        evidence = (0.3 + 0.7 * visibility) * eta_e if work_seen else 0.0
        frame_left = frame_kept - evidence
        new_frame = frame[:]
        shock = 0.3 if world.shock[week] else 0.0
        attention = h_ref / 12.0 + (h_care if live else 0.0)
        need_of_all = 0.0
        for i in IT_LAST:
            act, f, c, xe = v[i], frame[i], progress_role[i], x[i]
            if 0 < i < INTERNAL:
                norm, others = among[i] * (all_blend - blend[i]), among[i] * (all_frame - f)
                for j, weight in contacts[i]:
                    norm += weight * blend[j]
                    others += weight * frame[j]
                new_frame[i] = f * frame_left + brought[i] + frame_talk * others + evidence * (1.0 - own_share[i] * act)
                open_to = (1.0 - f) * alone
            else:
                norm = among[i] * (all_blend - blend[i])
                source = blend if active[i] else v
                for j, weight in contacts[i]:
                    norm += weight * source[j]
                open_to = (1.0 - f) * alone if i else of_business * acc + (1.0 - of_business) * diffused
            felt[i] = s = felt[i] + (c + (1.0 - c) * open_to - felt[i]) * per_tau_s
            loaded = load[i] if i else load[i] + upkeep
            there = available[i]
            head = (there - loaded if there > loaded else 0.0) + granted[i]
            pull = pulls[i] + shock if i else pull_it * other + shock
            meet = 0.3 * head
            meet = min(meet, meetings_asked[i])
            responsible = 1.0 - (1.0 - s) * (1.0 - ownership[i])
            xe *= e0 + not_e0 * norm
            free = head * tenth[i]
            willing[i] = xe * free if free < 1.0 else xe
            clear = i_half / (issues[i] + i_half)
            skill = kmin + not_kmin * k[i]
            per_hour = skill * switching[i] * clear
            if uncoordinated[i]:
                busy = 0.0
                for j, weight in near[i]:
                    busy += weight * v[j]
                per_hour *= 1.0 - uncoordinated[i] * busy
            done, built = process[i], technical[i]
            if i == 0:
                need, technical_need = 0.0, (1.0 - built) * technical_size[0]
                waiting = (need_of_all + technical_need + connection_hours * backlog) * (1.0 + debt)
            elif active[i]:
                need, ahead = 1.0 - done, built + 0.6 - done
                need = min(need, ahead)
                waiting = need = need * process_size[i] if need > 0.0 else 0.0
                reach = done + lead
                reach = min(reach, 1.0)
                technical_need = (reach - built) * technical_size[i] if reach > built else 0.0
                need_of_all += technical_need
            else:
                waiting = need = technical_need = 0.0
            if started and active[i]:
                work = waiting / (per_hour if per_hour > 1e-6 else 1e-6)
                demand = attention + work
                weight = xe * responsible * w[i]
                spent = (head - meet) * weight / (weight + pull)
                spent = min(spent, demand)
                part = spent / demand
                works[i] = part * work
            else:
                demand = spent = part = works[i] = 0.0
            hours[i], parts[i], prods[i], clears[i], skills[i] = spent, part, per_hour, clear, skill
            held[i], process_needs[i], technical_needs[i], demands[i] = responsible, need, technical_need, demand
            waitings[i], loads[i], meetings[i] = waiting, loaded, meet
            # accounts of hours
            sum_hours += spent
            sum_meetings += meet
            cost += (spent + meet) * rate[i]
            if i < INTERNAL:
                beyond = loaded + claims[i] * pull + meet + spent - there
                if beyond > 0.0:
                    overload_hours += beyond
        frame = new_frame
        # --- stage 5: work and issues
        by_it = works[0] * prods[0]
        bought_hours = partner.hours if partner and started else 0.0
        hired = (partner.tech_share * bought_hours if partner else 0.0) + (levers.technicians if started else 0.0)
        if hired:
            hired *= sum(clears[:INTERNAL]) / INTERNAL
        left = (by_it + hired) / (1.0 + debt)
        inside, outside = sum(technical_needs[:INTERNAL]), sum(technical_needs[INTERNAL:])
        taken = left if left <= inside * (1.0 + 1e-9) else inside
        for_inside = taken / inside if inside > 0.0 else 0.0
        left -= taken
        technical_done = for_inside * inside
        taken = left if left <= outside * (1.0 + 1e-9) else outside
        for_chain = taken / outside if outside > 0.0 else 0.0
        left -= taken
        technical_done += for_chain * outside
        connected = 0.0
        if backlog > 0.0:
            waiting = connection_hours * backlog
            taken = left if left <= waiting * (1.0 + 1e-9) else waiting
            left -= taken
            technical_done += taken
            connected = taken / connection_hours
            connected = min(connected, backlog)
            backlog -= connected
            connections += connected
        by_partner = (1.0 - partner.tech_share) * bought_hours if partner else 0.0
        if by_partner:
            lefts = [
                (1.0 - done) * size * (1.0 if i < INTERNAL else 0.3) if active[i] else 0.0
                for i, (done, size) in enumerate(zip(process, process_size, strict=True))
            ]
            total_need = sum(lefts)
            for_each = by_partner / total_need if total_need > 0.0 else 0.0
        total_need = sum(process_needs)
        help_rate = left * phi_it / total_need if not go_live and total_need > 0.0 else 0.0
        by_partner_rate = p.mu_p * by_partner / (4.0 * h_ref)
        all_bought = all_helped = all_gain = 0.0
        u_arrivals, u_pick_up = world.arrivals[week], world.pick_up[week]
        new_a = a[:] if live else a
        for i in NINE:
            clear = clears[i]
            kept = kept_clear + eps_b * clear
            need = process_needs[i]
            progressed = 0.0
            if i:
                own = works[i] * prods[i]
                everything = own + need * help_rate
                bought = 0.0
                if by_partner:
                    share_bought = for_each * lefts[i]
                    pairs = (1.0 - outsider) * share_bought
                    pairs = min(pairs, works[i])
                    paired[i] = pairs
                    sum_paired += pairs
                    pairs *= phi_pair * clear
                    bought = outsider * share_bought * phi_sub * clear
                    own += pairs
                    everything += pairs + bought
                output = everything if everything < need else need
                if output > 0.0:
                    used = output / everything
                    own_share[i] += 0.2 * (own / everything - own_share[i])
                    own *= used
                    own_output[i] += own
                    all_output[i] += output
                    all_bought += used * bought
                    all_helped += used * need * help_rate
                    if i < INTERNAL:
                        carried[i] += own
                    before = process[i]
                    after = before + output * kept / process_size[i]
                    process[i] = after = after if after < 1.0 else 1.0
                    progressed = (after - before) * process_size[i]
            gain = technical_needs[i] * (for_inside if i < INTERNAL else for_chain)
            if gain:
                before = technical[i]
                after = before + gain * kept / technical_size[i]
                technical[i] = after = after if after < 1.0 else 1.0
                gain = after - before
                progressed += gain * technical_size[i]
                if i < INTERNAL:
                    all_gain += gain
            # issues arrive, and are taken up; below 1 − mean ≤ exp(−mean) none arrives
            mean = issue_rate[i] * progressed
            if live and i < INTERNAL:
                lag = 0.0
                for j, weight in behind[i]:
                    lag += weight * (1.0 - a[j])
                mean += 0.15 * (1.0 - k[i]) + iota_c * a[i] * lag
            if u_arrivals[i] >= 1.0 - mean:
                issues[i] += poisson_quantile(u_arrivals[i], mean)
            if issues[i]:
                hazard = 0.0
                for j, weight in helpers[i]:
                    hazard += weight * willing[j]
                c = progress_role[i]
                unclear = (1.0 - c) * unheld[i]
                hazard = hazard * unclear + willing[i] * (1.0 - (1.0 - (c + unclear)) * (1.0 - ownership[i]))
                hazard = mu * hazard + by_partner_rate
                if u_pick_up[i] >= exp(-hazard * issues[i]):
                    issues[i] -= binomial_quantile(u_pick_up[i], issues[i], 1.0 - exp(-hazard))
            # stage 6: use rises and falls
            if cut_over[i]:
                others = 0.0
                for j, weight in near[i]:
                    others += weight * a[j]
                use = a[i]
                quality = 1.0 - qloss * (1.0 - own_output[i] / all_output[i]) if all_output[i] > 0.0 else 1.0
                gain = (1.0 - use) * (p_a + q_a * others) * quality * skills[i] * clear * (0.1 + 0.9 * parts[i])
                pressure = loads[i] / available[i] - 0.9
                loss = use * de_a * (1.0 - 0.7 * z[i]) * (1.0 - held[i] * w[i])
                if pressure > 0.0:
                    loss *= 1.0 + press * pressure
                z[i] += (use - z[i]) * per_tau_z
                use += gain - loss
                new_a[i] = 0.0 if use < 0.0 else 1.0 if use > 1.0 else use
        technical_done += all_helped
        share = by_it / (by_it + hired) if by_it + hired > 0.0 else 0.0
        carried[0] += share * technical_done
        carried[INTERNAL] += all_bought + (1.0 - share) * technical_done
        work_seen = work_seen or any(hours)
        # --- stage 6: go-live and cut-over, growth and debt
        a = new_a
        fresh: list[int] = []
        built = sum(technical[:INTERNAL]) / INTERNAL
        if not go_live and built >= 0.95 and min(process[1:INTERNAL]) >= 0.90:
            go_live = week
            fresh = list(range(INTERNAL))
        if go_live:
            fresh += [i for i in NINE[INTERNAL:] if not cut_over[i] and process[i] > 0.85 and technical[i] > 0.9]
        for i in fresh:
            quality = 1.0 - qloss * (1.0 - own_output[i] / all_output[i]) if all_output[i] > 0.0 else 1.0
            cut_over[i], a[i] = True, max(a[i], p.a_cut * quality)
        if live:
            backlog += project.connections_per_week
        debt += debt_weight * (debt_g * all_gain / INTERNAL + 0.03 * connected)
        debt = min(debt, 1.0)
        # --- stage 7: learning
        before, progress = progress, 0.5 * sum(process[1:INTERNAL]) / (INTERNAL - 1) + 0.5 * built
        if go_live:
            adopted = sum(a[:INTERNAL]) / INTERNAL
        success = adopted if live else 60.0 * (progress - before)
        signal += 0.15 * ((success if success < 1.0 else 1.0) - signal)
        source = fed
        if team and seated:
            attended = sum(meetings[i] / meetings_asked[i] if meetings_asked[i] > 0.0 else 0.0 for i in seated) / len(
                seated
            )
            voice = sum([voice_role[i] for i in seated]) / len(seated)
            source += v_meet * attended * (0.5 + 0.5 * voice)
        by_signal = x_seen * signal
        goal_in = base * (1.0 - b_v * visibility) * (1.0 - anchored)
        goal_out = base * (1.0 - (b_v * visibility if consulted else 0.0))
        for i in NINE:
            spent, demand, o, know, priority = hours[i], demands[i], ownership[i], k[i], w[i]
            invested = spent * per_h_ref
            most = demand if demand < h_ref else h_ref
            part = spent / most if most > 0.0 else 0.0
            part = min(part, 1.0)
            involved = part * 6.0 * invested if 6.0 * invested < 1.0 else part
            routes = voice_role[i] * (1.0 - outsider) + (invested if invested < 1.0 else 1.0)
            if involved > 0.05:
                routes += know
            ownership[i] = o + own_third * routes * (1.0 - o) - de_o * (1.0 - priority) * o
            learnt = lam_k * involved
            if by_partner:
                beside = paired[i] * per_h_ref
                learnt += lam_t * (beside if beside < 1.0 else 1.0) * (0.3 + know)
            k[i] = know + learnt * (1.0 - know) - de_k * know * (1.0 - 0.5 * a[i])
            goal = 1.0 - (goal_in if i < INTERNAL else goal_out) * (1.0 - b_p * priority_role[i])
            w[i] = priority + (goal - priority) * per_tau_om
            v[i] += 0.25 * (part - v[i])
            x[i] = x_kept * x[i] + x_brought * anchor[i] + by_signal
        if world.shock_begins[week]:
            w = [weight * protected for weight in w]
        if fade < 1.0:
            progress_role = [clarity * fade for clarity in progress_role]
            priority_role = [clarity * fade for clarity in priority_role]
            voice_role = [clarity * fade for clarity in voice_role]
        visibility *= v_kept
        visibility += (1.0 - visibility) * (source if source < 1.0 else 1.0)
        # --- stage 8: accounts
        adoption.append(adopted)
        if week <= 104:
            progress_104 = progress
        if FROM <= week <= TO:
            seen_26 += visibility
            if started:
                for i in range(INTERNAL):
                    if waitings[i] > 0.0 and x[i] >= 0.5 and hours[i] < 0.25 * min(fair, demands[i]):
                        passive_26 += 1.0 / INTERNAL
        partner_cost += paid_partner
        cost += paid + (licence if started else 0.0)
        if go_live:
            for i in range(INTERNAL):
                if a[i]:
                    chain = 0.0 if to_chain[i] else 1.0
                    for j, weight in to_chain[i]:
                        chain += weight * a[j]
                    benefit += benefits[i] * a[i] * (not_gam + gam * chain)
        # --- stage 7, end: key persons come and go
        for i in NINE:
            if absent_until[i] == week:
                available[i] = capacity[i]
        for i, u in world.leavers[week]:
            here = capacity[i] * (0.8 if absent_until[i] > 0 and week <= absent_until[i] else 1.0)
            if u < rules.chance_of_leaving(p_leave, loads[i] / here):
                k[i] *= kept_leave
                ownership[i] *= kept_leave
                progress_role[i] *= 0.5
                priority_role[i] *= 0.5
                voice_role[i] *= 0.5
                available[i], absent_until[i] = 0.8 * capacity[i], week + 8

    peak, last = max(adoption), adoption[-1]
    solitary, shared = sum_hours - sum_paired, sum_meetings + sum_paired
    outcomes = {
        "go_live_week": float(go_live or horizon + 1),
        "go_live_104": 1.0 if 0 < go_live <= 104 else 0.0,
        "progress_104": progress_104,
        "peak_adoption": peak,
        "adoption_52": adoption[min(go_live + 52, horizon) - 1] if go_live else 0.0,
        "lasting_adoption": last,
        "retention": ratio(last, peak),
        "relapse_half_life": half_life(adoption),
        "ownership_end": sum(ownership[:INTERNAL]) / INTERNAL,
        "knowledge_end": sum(k[:INTERNAL]) / INTERNAL,
        "visibility_26": seen_26 / (TO - FROM + 1),
        "carrying_hhi": herfindahl(carried),
        "passive_share": passive_26 / (TO - FROM + 1),
        "silo_index": ratio(solitary - shared, solitary + shared),
        "overload_hours": overload_hours,
        "cost": cost,
        "partner_cost": partner_cost,
        "benefit": benefit,
        "net_value": benefit - cost,
        "break_even_benefit": ratio(cost * sum(benefits[:INTERNAL]), benefit),
        "cost_per_lasting_adoption": ratio(cost, last * INTERNAL),
        "connections": connections,
    }
    return [outcomes[outcome.name] for outcome in OUTCOMES]


def _meetings(stage: Stage, p: Values, i: int) -> float:
    """Hours of meetings a week that are asked of a department."""
    levers = stage.levers
    hours = p.role_h / 3.0 * sum(1 for portion in levers.roles[i] if portion > 0.0)
    if levers.members[i]:
        hours += p.m_team if levers.team_hours is None else levers.team_hours
    if levers.forum and i < INTERNAL:
        hours += p.m_team if levers.forum_hours is None else levers.forum_hours
    if levers.consulted and i >= INTERNAL:
        hours += p.m_team / 2.0
    return hours


def run(study: Study, worlds: int, seed: int, mode: Mode) -> np.ndarray:
    """Every outcome of every scenario in worlds 0 … ``worlds`` − 1: shape (scenarios, worlds, outcomes).

    Raises :class:`~benchmarks.prepared.NotSupported` for other studies than scenarios of the case.
    """
    check(study)
    organisation, plans = _organisation(study), [_plan(scenario) for scenario in study.scenarios]
    outcomes = np.empty((len(plans), worlds, len(OUTCOMES)))
    for number in range(worlds):
        values = values_of(study.scenarios[0].parameters, seed, number, mode)
        traits: dict[str, tuple[Traits, ...]] = {}
        for row, plan in enumerate(plans):
            kind = plan.scenario.measures.platform.kind
            if kind not in traits:
                traits[kind] = traits_of(plan.scenario, values, seed, number)
            if row == 0:
                world = _world(study, values, traits[kind], seed, number)
            outcomes[row, number] = _run(plan, organisation, world, traits[kind])
    return outcomes


def half_life(adoption: list[float]) -> float:
    """Weeks from the peak of adoption until half of it is left; the horizon + 1 if that did not happen.

    Undefined (nan) without adoption.

    >>> half_life([0.0, 0.8, 0.5, 0.4, 0.1]), half_life([0.0, 0.8]), half_life([0.0])
    (2.0, 3.0, nan)
    """
    peak = max(adoption, default=0.0)
    if peak <= 0.0:
        return math.nan
    top = adoption.index(peak)
    for later, value in enumerate(adoption[top:]):
        if value <= peak / 2.0:
            return float(later)
    return float(len(adoption) + 1)
