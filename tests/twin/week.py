"""A world and its weeks, stage by stage (sections 5 and 7)."""

from math import exp, expm1, floor, log, pi, sqrt
from types import SimpleNamespace

from . import luck
from .text import CONSTANTS as C

ROLES = "progress", "priority", "voice"
FIDELITY = {
    "naming": "name_the_elephant",
    "roles": "assign_roles",
    "team": "cross_functional_team",
    "partner": "external_partner",
    "anchoring": "anchor_in_strategy",
    "chain": "consult_chain",
    "forum": "wide_forum",
    "dedicated": "dedicate_hours",
    "granted": "extra_hours",
    "technicians": "technicians",
    "cut": "cut_it_portfolio",
}
AT_FIRST_NONE = (
    "felt_responsibility",
    "ownership",
    "progress_role",
    "priority_role",
    "voice_role",
    "activity",
    "opposed",
    "own_share",
    "own_output",
    "all_output",
    "carried",
    "adoption",
    "habit",
    "open_issues",
    "open_objections",
    "answered",
    "incident_weeks",
    "absence_weeks",
    "chain_adoption",
    "cut_over_week",
    "process_gain",
    "technical_gain",
)
"""States of a department that are 0 in week 0."""
NOTHING_YET = (
    "visibility",
    "shock_weeks",
    "sponsor_weeks",
    "go_live_week",
    "backlog",
    "signal",
    "started",
    "work_seen",
    "closed",
    "live",
    "mean_progress",
    "carried_outside",
    "shared_hours",
    "solitary_hours",
    "overload_hours",
    "cost",
    "partner_cost",
    "benefit",
    "connections",
    "dip_hours",
    "partner_idle_hours",
)
"""States of the organisation that are 0 in week 0."""


def raised(level, step):
    """Close the share `step` of the gap to 1."""
    return level + (1.0 - level) * step


def toward(level, goal, tau):
    """Move with a time constant."""
    return level + (goal - level) / tau


def clip(value, low, high):
    """Hold a value between two others."""
    return max(low, min(high, value))


def spread(centre, u, width, low, high):
    """A value drawn evenly around a centre."""
    return clip(centre + width * (2.0 * u - 1.0), low, high)


def by_answers(value, error, u):
    """A share drawn from what answers leave open: its log odds are logistic around those of the value."""
    u = clip(u, 2.0**-53, 1.0 - 2.0**-53)
    scale = sqrt(3.0) / pi * sqrt(log(1.0 + (error / (value * (1.0 - value))) ** 2))
    return 1.0 / (1.0 + exp(-(log(value / (1.0 - value)) + scale * log(u / (1.0 - u)))))


def mean(values):
    """An unweighted mean; 0 of nothing."""
    values = list(values)
    return sum(values) / len(values) if values else 0.0


def event_clock(weeks_left, u, chance, lasts):
    """Weeks that an event still lasts, this one included."""
    left = max(0, weeks_left - 1)
    return floor(lasts + 0.5) if left == 0 and u < chance else left


# --- a world ---------------------------------------------------------------------------------------------


class Department:
    """A department's traits and states, named as section 2 names them."""

    def __init__(self, said, place, p, draw, self_built):
        self.name, self.kind, self.place, self.draw = said.name, said.kind, place, draw
        self.key = luck.name_key(said.name)
        self.is_it, self.in_business = said.kind == "it", said.kind == "business"
        self.internal = said.kind != "chain"
        self.capacity, self.rate, self.benefit, self.voice = said.capacity, said.rate, said.benefit, said.voice
        self.draw_traits(said, p)
        self.draw_sizes(said, p)
        if self_built:
            self.knowledge = min(1.0, self.knowledge + C.SELF_BUILT_KNOWLEDGE)
            self.technical_size *= p.WT_own
        self.priority = p.om0
        self.process_progress = 1.0 if self.process_size == 0.0 and not self.is_it else 0.0
        self.technical_progress = 1.0 if self.technical_size == 0.0 else 0.0
        for name in AT_FIRST_NONE:
            setattr(self, name, 0)

    def u(self, purpose, week):
        """This department's draw."""
        return self.draw(purpose, self.key, week)

    def draw_traits(self, said, p):
        """What it brings, and what ordinary work asks of it."""
        u = {purpose: self.u(purpose, 0) for purpose in ("conviction", "it_frame", "workload", "pull", "survey")}
        busy, pull = (p.bau_it, p.omega_it) if self.is_it else (p.bau_business, p.omega_business)

        def surveyed(found, u, most):
            return by_answers(found[0], found[2], u) if found[2] else spread(found[0], u, found[1], 0.0, most)

        self.conviction = (
            surveyed(said.conviction, u["conviction"], 1.0)
            if said.conviction
            else spread(p.x0, u["conviction"], p.x0_spread, C.CONVICTION_LEAST, C.SHARE_MOST)
        )
        if self.is_it:
            self.it_frame = 1.0 - p.acc
        elif said.it_frame:
            self.it_frame = surveyed(said.it_frame, u["it_frame"], 1.0)
        else:
            self.it_frame = spread(p.f0, u["it_frame"], C.FRAME_SPREAD, 0.0, C.SHARE_MOST)
        self.workload = (
            surveyed(said.workload, u["workload"], max(1.0, said.workload[0]))
            if said.workload
            else spread(busy, u["workload"], p.bau_spread, 0.0, C.WORKLOAD_MOST)
        )
        self.competing_pull = (
            surveyed(said.competing_pull, u["pull"], max(C.PULL_MOST, said.competing_pull[0]))
            if said.competing_pull
            else pull * (1.0 + p.omega_spread * (2.0 * u["pull"] - 1.0))
        )
        self.knowledge = surveyed(said.knowledge, u["survey"], 1.0) if said.knowledge else p.k0
        usual = p.n_projects_it if self.is_it else p.n_projects_business
        self.projects = usual if said.projects is None else said.projects
        self.conviction_anchor = self.conviction_brought = self.conviction
        self.frame_anchor = self.it_frame

    def draw_sizes(self, said, p):
        """How much is to be done, and the hours that count."""
        usual = {"it": C.K_REF_IT, "business": C.K_REF_BUSINESS, "chain": C.K_REF_CHAIN}[self.kind]
        self.size = (self.capacity / usual) ** p.gamma_size
        self.h_ref = max(p.h_ref * self.size, C.REFERENCE_LEAST)
        self.h_care = p.h_care * self.size
        process = p.WB * self.size * (1.0 if self.internal else p.WB_chain)
        technical = p.WT * (1.0 if self.internal else p.WT_chain)
        self.process_size = process if said.process_work is None else said.process_work
        if self.is_it:
            self.process_size = 0.0
        self.technical_size = technical if said.technical_work is None else said.technical_work


class Organisation:
    """The organisation, its departments, networks and accounts in one world."""

    def __init__(self, scenario, world, seed, mode):
        self.scenario, self.world, self.seed = scenario, world, seed
        self.p = SimpleNamespace(**luck.values(scenario.parameters, world, seed, mode))
        self.asked = scenario.measures
        self.project = SimpleNamespace(**scenario.project)
        self.self_built = self.asked["platform"]["kind"] == "self-built"
        self.departments = [
            Department(said, place, self.p, self.draw, self.self_built)
            for place, said in enumerate(scenario.departments)
        ]
        self.inside = [one for one in self.departments if one.internal]
        self.business = [one for one in self.departments if one.in_business]
        self.chain = [one for one in self.departments if not one.internal]
        self.it = next(one for one in self.departments if one.is_it)
        self.tie(scenario)
        self.measure_fidelity()
        self.week = 0
        self.technical_debt = self.p.debt0 if self.self_built else self.p.debt_std
        self.debt_weight = 1.0 if self.self_built else C.STANDARD_DEBT_GROWTH
        self.other_it_load = 1.0
        self.spare = []
        for name in NOTHING_YET:
            setattr(self, name, 0)
        self.mean_progress = mean(one.process_progress for one in self.business) / 2.0
        self.mean_progress += mean(one.technical_progress for one in self.inside) / 2.0

    def draw(self, purpose, key, week):
        """A draw of this world."""
        return luck.uniform(self.seed, self.world, purpose, key, week)

    def tie(self, scenario):
        """Interdependence, informal contact, and hand-offs of which nothing is settled yet."""
        count = len(self.departments)
        place = {one.name: one.place for one in self.departments}
        self.needs = [[0.0] * count for _ in range(count)]
        self.informal = [[0.0] * count for _ in range(count)]
        for ties, matrix in ((scenario.interdependence, self.needs), (scenario.informal_ties, self.informal)):
            for a, b, strength in ties:
                matrix[place[a]][place[b]] = matrix[place[b]][place[a]] = strength
        pairs = [(place[a], place[b]) for a, b, _ in scenario.interdependence]
        self.settled_pairs = dict.fromkeys(pairs, 0.0)
        for one in self.departments:
            row = self.needs[one.place]
            one.entangled = sum(row)
            one.chain_weight = sum(row[other.place] for other in self.chain)
            one.chain_share = 1.0 / one.chain_weight if one.chain_weight > 0.0 else 0.0
            one.chain_needed = min(1.0, one.chain_weight / C.LOOSE)
            one.attention = sqrt(min(1.0, self.p.D_ref / one.entangled) if one.entangled > 0.0 else 1.0)
            one.close = [other for other in self.departments if row[other.place] > C.CLOSE_NEED]

    def measure_fidelity(self):
        """How well each measure is carried out in this world."""
        self.fidelity = {}
        for name, measure in FIDELITY.items():
            u = self.draw("fidelity", luck.measure_key(measure), 0)
            self.fidelity[name] = 1.0 - (1.0 - self.p.fid) * u
            setattr(self, f"{name}_fidelity", self.fidelity[name])

    def settled_between(self, a, b):
        """How far two departments have settled what passes between them."""
        pair = (a.place, b.place)
        return self.settled_pairs.get(pair, self.settled_pairs.get(pair[::-1], 0.0))

    def step(self):
        """One week."""
        self.week += 1
        self.live = bool(self.go_live_week) and self.go_live_week < self.week
        self.closed = bool(self.go_live_week) and self.week >= self.go_live_week + C.CLOSING_WEEKS
        for stage in (
            meet_luck,
            set_levers,
            apply_measures,
            perceive,
            plan,
            begin,
            weigh,
            exert,
            settle,
            deliver,
            take_up,
            object_openly,
            go_live,
            adopt,
            grow,
            learn,
            fade_and_leave,
            account,
        ):
            stage(self)


# --- stage 0: luck ---------------------------------------------------------------------------------------


def meet_luck(m):
    """Incidents, the daily rush, the board's sponsor, and IT's other projects."""
    p = m.p
    for one in m.departments:
        for purpose in ("noise", "incident", "leave", "arrivals"):
            setattr(one, purpose, one.u(purpose, m.week))
        one.incident_weeks = event_clock(one.incident_weeks, one.incident, p.p_inc, p.inc_weeks)
    before = m.shock_weeks
    m.shock_weeks = event_clock(before, m.draw("shock", luck.ORGANISATION, m.week), p.p_shock, p.sh_weeks)
    m.shock_begins = m.shock_weeks > before
    sponsor = m.draw("sponsor", luck.ORGANISATION, m.week)
    m.sponsor_weeks = event_clock(m.sponsor_weeks, sponsor, p.p_sp, p.sp_weeks)
    u = m.draw("other_load", luck.ORGANISATION, m.week)
    moved = C.OTHER_LOAD_RETURN * (1.0 - m.other_it_load) + C.OTHER_LOAD_DEVIATION * sqrt(3.0) * (2.0 * u - 1.0)
    m.other_it_load = max(C.OTHER_LOAD_LEAST, m.other_it_load + moved)


# --- stage 1: measures -----------------------------------------------------------------------------------


def works(m, name, ended=False):
    """A measure's settings in a week in which it works, else nothing; `ended`: it has ended by itself."""
    asked = m.asked[name]
    if asked is None or m.week < asked["start"]:
        return None
    last = asked.get("end")
    return None if (ended if last is None else m.week > last) else asked


def named(m, names, usual):
    """The departments that a file names, or the usual ones."""
    return usual if names is None else [one for one in m.departments if one.name in names]


def set_levers(m):
    """What each measure asks of this week."""
    asked = m.asked
    m.naming = asked["name_the_elephant"] is not None and m.week == asked["name_the_elephant"]["start"]
    m.roles = works(m, "assign_roles", m.closed)
    team = asked["cross_functional_team"]
    m.team = works(m, "cross_functional_team", m.closed and not (team and team["keep_after_go_live"]))
    m.partner = works(m, "external_partner", partner_gone(m))
    m.anchored = works(m, "anchor_in_strategy")
    m.consulted = works(m, "consult_chain")
    m.forum = works(m, "wide_forum", m.closed)
    m.extra = works(m, "extra_hours", m.closed)
    m.hired = works(m, "technicians", m.closed)
    m.cut = works(m, "cut_it_portfolio", m.closed)
    m.dedicating = works(m, "dedicate_hours", m.closed)
    m.pledging = works(m, "pledge_hours", False)
    persuading = asked["persuasion"]
    m.persuading = works(m, "persuasion", persuading and m.week >= persuading["start"] + persuading["weeks"])
    retire = asked["retire_old_way"]
    m.retired_since = retire and m.go_live_week and m.go_live_week + max(1, retire["weeks_after_go_live"])
    m.retired = bool(m.retired_since) and m.week >= m.retired_since
    m.members = named(m, m.team["members"], m.inside) if m.team else []
    m.table = named(m, m.consulted["departments"], m.inside) if m.consulted else []
    m.cut_share = m.fidelity["cut"] * m.cut["share"] if m.cut else 0.0
    give_levers(m)
    meet(m)


def partner_gone(m):
    """Whether a partner without an end week is gone: his weeks are over, or the platform is live for long enough."""
    asked = m.asked["external_partner"]
    if not asked:
        return True
    served = m.week >= asked["start"] + asked["weeks"]
    return served or (bool(m.go_live_week) and m.week >= m.go_live_week + C.PARTNER_STAYS)


def give_levers(m):
    """Hours, persuasion and roles for each department."""
    granted = named(m, m.extra["departments"], m.inside) if m.extra else []
    dedicated = named(m, m.dedicating["departments"], [m.it]) if m.dedicating else []
    persuaded = named(m, m.persuading["departments"], m.inside) if m.persuading else []
    pledges = pledged_now(m)
    for one in m.departments:
        one.active = one.internal or bool(m.consulted)
        one.member = one in m.members
        one.granted_charged = m.extra["hours"] if one in granted else 0.0
        one.granted = m.fidelity["granted"] * one.granted_charged
        one.dedicated_charged = m.dedicating["hours"] if one in dedicated else 0.0
        one.dedicated = m.fidelity["dedicated"] * one.dedicated_charged
        one.pledge = pledges.get(one.name, -1.0)
        one.persuasion = m.persuading["rate"] if one in persuaded else 0.0
        for role in ROLES:
            taken = 1.0 if one.internal else m.p.chain_role
            setattr(one, f"{role}_portion", m.fidelity["roles"] * taken * portion(m, one, role))


def pledged_now(m):
    """The share of free hours that each department pledges this week, by name; none of those that pledge nothing."""
    if not m.pledging:
        return {}
    lists = {said["department"]: said["shares"] for said in m.pledging["pledges"]}
    everybody = [] if lists else m.inside
    now = {one.name: m.pledging["pledge"] for one in named(m, m.pledging["departments"], everybody)}
    number = (m.week - m.pledging["start"]) // m.pledging["round"]
    for name, shares in lists.items():
        now[name] = shares[min(number, len(shares) - 1)]
    return {name: share for name, share in now.items() if share is not None}


def portion(m, one, role):
    """The portion of a role that a department is asked to take; of that a chain partner takes on a part."""
    return 1.0 if m.roles and holds(m.roles, one, role) and one.active else 0.0


def holds(roles, one, role):
    """Whether a department holds a role: one of those to whom roles go, and of those who are named for it."""
    if roles["departments"] is not None and one.name not in roles["departments"]:
        return False
    return one.name in roles[role] if isinstance(roles[role], list) else roles[role]


def meet(m):
    """This week's contacts."""
    count = len(m.departments)
    m.contact = [[0.0] * count for _ in range(count)]
    for a in m.departments:
        for b in m.departments:
            if a is not b:
                m.contact[a.place][b.place] = contact(m, a, b)


def contact(m, a, b):
    """Who talks with whom."""
    strength = m.informal[a.place][b.place]
    if a.member and b.member:
        strength += m.fidelity["team"]
    if m.forum and a.internal and b.internal:
        strength += m.fidelity["forum"]
    if m.consulted and any(
        not one.internal and (other in m.table or not other.internal) for one, other in ((a, b), (b, a))
    ):
        strength += m.fidelity["chain"]
    return min(1.0, strength)


def apply_measures(m):
    """Naming, anchoring, roles and persuasion."""
    p = m.p
    frames = [0.0 if one.is_it else one.it_frame for one in m.departments]
    if m.naming:
        m.visibility = raised(m.visibility, m.fidelity["naming"] * p.dV_name)
        for one in m.business:
            one.it_frame *= 1.0 - m.fidelity["naming"] * p.zeta
    m.anchoring = m.fidelity["anchoring"] if m.anchored and m.sponsor_weeks == 0 else 0.0
    for one, frame in zip(m.departments, frames, strict=True):
        for role in ROLES:
            share = getattr(one, f"{role}_portion")
            if share > 0.0:
                clear = share * p.c_role * (1.0 - p.paper * frame)
                setattr(one, f"{role}_role", max(getattr(one, f"{role}_role"), clear))
        one.conviction_anchor = raised(one.conviction_anchor, one.persuasion)
    roles = m.asked["assign_roles"]
    m.roles_fade = m.closed or bool(roles and roles["end"] is not None and m.week > roles["end"])


# --- stage 2: perception ---------------------------------------------------------------------------------


def near(m, one, values):
    """The sum over a department's contacts, weighted by contact."""
    return sum(strength * value for strength, value in zip(m.contact[one.place], values, strict=True))


def local_visibility(m, one):
    """How openly the real state is spoken of where a department is."""
    return m.visibility if one.active else 0.0


def perceive(m):
    """Norm, IT frame and felt responsibility."""
    p = m.p
    activity = [one.activity for one in m.departments]
    conviction = [one.conviction for one in m.departments]
    frame = [one.it_frame for one in m.departments]
    opposed = [one.opposed for one in m.departments]
    m.business_frame = mean(one.it_frame for one in m.business)
    m.diffused = (len(m.inside) + (len(m.chain) if m.consulted or m.forum else 0)) ** -p.t
    for one in m.departments:
        strength = sum(m.contact[one.place])
        one.near_share = 1.0 / strength if strength > 0.0 else 0.0
        one.near_activity, one.near_conviction = near(m, one, activity), near(m, one, conviction)
        one.near_frame, one.near_opposed = near(m, one, frame), near(m, one, opposed)
        open_here = local_visibility(m, one)
        one.norm = one.near_share * ((1.0 - open_here) * one.near_activity + open_here * one.near_conviction)
    for one in m.departments:
        alone = unassigned(m, one)
        if one.in_business:
            one.it_frame = moved_frame(m, one)
        felt = one.progress_role + (1.0 - one.progress_role) * alone
        one.felt_responsibility = toward(one.felt_responsibility, felt, p.tau_s)


def unassigned(m, one):
    """The responsibility that one feels without a role."""
    p = m.p
    if one.is_it:
        return m.business_frame * p.acc + (1.0 - m.business_frame) * m.diffused
    return (1.0 - one.it_frame) * (p.nu + (1.0 - p.nu) * m.diffused)


def moved_frame(m, one):
    """The belief that it is IT's job, after this week's talk and evidence."""
    p, f = m.p, one.it_frame
    talk = (1.0 - p.g) * (one.frame_anchor - f)
    if one.near_share > 0.0:
        talk += p.g * (one.near_share * one.near_frame - f)
    moved = f + p.eta_f * talk
    if m.work_seen:
        weight = C.EVIDENCE_UNSEEN + C.EVIDENCE_SEEN * m.visibility
        moved += p.eta_e * weight * ((1.0 - one.own_share * one.activity) - f)
    return clip(moved, 0.0, 1.0)


# --- stage 3: capacity -----------------------------------------------------------------------------------


def plan(m):
    """Load, headroom, the pull of other work, and meetings."""
    p = m.p
    for one in m.departments:
        k = one.capacity
        one.available = k * (p.key_hours if one.absence_weeks > 0 else 1.0)
        one.dip = p.dip * k * max(0.0, one.adoption - one.habit) if one.internal else 0.0
        around = p.wa * k * (1.0 - one.adoption) if m.retired and one.internal else 0.0
        one.load = k * one.workload * (1.0 + p.bau_noise * (2.0 * one.noise - 1.0)) + one.dip + around
        one.load += p.s_inc * k if one.incident_weeks > 0 else 0.0
        one.load += p.debt_m * m.technical_debt * k if one.is_it else 0.0
        one.overload = one.load / one.available if one.available > 0.0 else 0.0
        one.headroom = max(0.0, one.available - one.load) + one.granted
        left = 1.0 - m.cut_share if one.is_it else 1.0
        one.standing_pull = one.competing_pull * left
        one.pull = one.standing_pull * (m.other_it_load if one.is_it else 1.0)
        one.pull += p.sh_pull if m.shock_weeks > 0 else 0.0
        projects = one.projects * left
        one.switching = 1.0 / (1.0 + p.kappa * (projects - 1.0)) if projects > 1.0 else 1.0
        plan_meetings(m, one)


def plan_meetings(m, one):
    """Meetings that are asked of a department, and those that it attends."""
    p = m.p

    def length(asked):
        return p.m_team if asked["hours"] is None else asked["hours"]

    one.joint_asked = m.fidelity["team"] * length(m.team) if one.member else 0.0
    if m.consulted and not one.internal:
        one.joint_asked += m.fidelity["chain"] * p.m_team * C.CHAIN_MEETING
    if m.forum and one.internal:
        one.joint_asked += m.fidelity["forum"] * length(m.forum)
    roles = sum(portion(m, one, role) > 0.0 for role in ROLES)
    one.meetings_asked = one.joint_asked + roles * p.role_h / C.ROLES
    asked = one.meetings_asked + p.h_answer * one.answered
    one.meetings = min(asked, C.MEETINGS_MOST * one.headroom)
    one.attendance = one.meetings / asked if asked > 0.0 else 0.0


def begin(m):
    """Whether work has started."""
    m.spare.append(m.it.headroom - C.SPARE_CLAIM * m.it.capacity * m.other_it_load * m.it.standing_pull)
    if m.asked["wait_for_capacity"] is None:
        m.started = m.week >= m.project.start
    elif not m.started and m.week >= max(C.WAITING_WEEKS, m.project.start):
        m.started = mean(m.spare[-int(C.WAITING_WEEKS) :]) > m.it.h_ref


# --- stage 4: effort -------------------------------------------------------------------------------------


def weigh(m):
    """Engagement, needs and productivity."""
    p = m.p
    lead = p.lead if m.asked["push_go_live"] is None else C.LEAD_OF_A_PUSH
    for one in m.departments:
        one.responsibility = 1.0 - (1.0 - one.felt_responsibility) * (1.0 - one.ownership)
        one.expectancy = p.e0 + (1.0 - p.e0) * one.norm
        one.engagement = one.conviction * one.responsibility * one.expectancy
        one.blocked = one.open_issues / (one.open_issues + p.I_half)
        b, t = one.process_progress, one.technical_progress
        one.process_need = min(1.0 - b, max(0.0, t + p.ahead - b)) * one.process_size
        one.technical_need = max(0.0, min(1.0, b + lead) - t) * one.technical_size
        if one.is_it:
            one.process_need, one.technical_need = 0.0, (1.0 - t) * one.technical_size
        if not one.active:
            one.process_need = one.technical_need = 0.0
        skill = p.kmin + (1.0 - p.kmin) * one.knowledge
        one.productivity = skill * one.switching * (1.0 - one.blocked)
    m.need_inside = sum(one.technical_need for one in m.inside)
    m.need_outside = sum(one.technical_need for one in m.chain)
    m.need_process = sum(one.process_need for one in m.departments)
    m.need_asked = sum(one.process_need * one.it_frame for one in m.departments)


def exert(m):
    """Hours for the project, and willingness to take something up."""
    for one in m.departments:
        one.waiting = one.demand = one.hours = one.care_hours = one.work_hours = 0.0
        if m.started and one.active:
            put_in_hours(m, one)
        enough = min(1.0, one.headroom / (C.FREE_ENOUGH * one.capacity)) if one.capacity > 0.0 else 0.0
        one.willingness = one.conviction * one.expectancy * enough
    m.work_seen = m.work_seen or any(one.hours > 0.0 for one in m.departments)


def put_in_hours(m, one):
    """What attention, care and work ask for, and what a department gives."""
    p = m.p
    one.waiting, asked = one.process_need, 0.0
    if one.is_it:
        connections = m.project.connection_hours * m.backlog
        one.waiting = (m.need_inside + m.need_outside + connections) * (1.0 + m.technical_debt)
        if not m.go_live_week and p.phi_it > 0.0:
            asked = m.need_asked / p.phi_it * (1.0 + m.technical_debt)
    work = (one.waiting + asked) / max(one.productivity, C.PRODUCTIVITY_LEAST)
    care = one.h_care if m.live else 0.0
    one.demand = one.h_ref * p.att + care + work
    weight = one.priority * one.engagement
    won = (one.headroom - one.meetings) * weight / (weight + one.pull) if weight > 0.0 else 0.0
    if one.pledge >= 0.0:
        won = one.pledge * (one.headroom - one.meetings)
    one.hours = min(one.demand, one.dedicated + won)
    if one.demand > 0.0:
        one.care_hours, one.work_hours = one.hours * care / one.demand, one.hours * work / one.demand


# --- stage 5: work and issues ----------------------------------------------------------------------------


def settle(m):
    """Hand-offs: what is not settled yet, and what this week settles."""
    p = m.p
    for one in m.departments:
        needs = m.needs[one.place]
        one.missing = sum(needs[other.place] * (1.0 - m.settled_between(one, other)) for other in m.departments)
        one.unsettled = min(1.0, one.missing / p.D_ref)
        together = one.attendance * one.joint_asked + one.hours
        one.time_to_settle = sqrt(min(1.0, together / one.h_ref)) if m.started and one.active else 0.0
        one.mandate = sqrt(one.voice_role)
    if not m.started:
        return
    for (a, b), level in m.settled_pairs.items():
        one, other = m.departments[a], m.departments[b]
        if m.needs[a][b] > 0.0 and one.active and other.active:
            access = p.c0 + (1.0 - p.c0) * m.contact[a][b]
            spoken = p.md + (1.0 - p.md) * one.mandate * other.mandate
            time = one.time_to_settle * other.time_to_settle
            step = one.attention * other.attention * p.lam_g * access * time * spoken
            m.settled_pairs[a, b] = raised(level, step)


def absorbed(need, offer):
    """How much of an offer a need takes."""
    return offer if offer <= need * (1.0 + C.ROUNDING) else need


def deliver(m):
    """Technical and process output, progress, and the issues that come."""
    p = m.p
    hours = m.partner["hours"] if m.partner else 0.0
    x = m.fidelity["partner"] * hours if m.started else 0.0
    share = m.partner["tech_share"] if m.partner else 0.0
    m.outsider = m.partner["substitution"] if m.partner else 0.0
    m.partner_process_hours = x - share * x
    technicians = m.fidelity["technicians"] * m.hired["hours"] if m.hired and m.started else 0.0
    by_it = m.it.work_hours * m.it.productivity
    hired = (share * x + technicians) * (1.0 - mean(one.blocked for one in m.inside))
    used, left = build(m, (by_it + hired) / (1.0 + m.technical_debt))
    reached = [one.technical_done for one in m.departments]
    help_left = 0.0 if m.go_live_week else left * p.phi_it
    weights = [(1.0 if one.internal else C.CHAIN_COUNTS) if one.active else 0.0 for one in m.departments]
    open_work = [
        w * (1.0 - one.process_progress) * one.process_size for w, one in zip(weights, m.departments, strict=True)
    ]
    for one, technical, piece in zip(m.departments, reached, open_work, strict=True):
        offered = help_left * one.process_need / m.need_process if m.need_process > 0.0 else 0.0
        work_on_process(m, one, piece / sum(open_work) if sum(open_work) > 0.0 else 0.0, offered)
        progress(m, one, technical)
    by_share = by_it / (by_it + hired) if by_it + hired > 0.0 else 0.0
    built = used + sum(one.helped_done for one in m.departments)
    m.it.carried += built * by_share
    m.carried_outside += built * (1.0 - by_share) + sum(one.bought_done for one in m.departments)
    for one in m.business:
        one.carried += one.own_done
    for one in m.departments:
        arrive(m, one)


def build(m, output):
    """Technical output goes inside first, then to the chain, then to connections: what was used, and what is left."""
    left = output
    for group, need in ((m.inside, m.need_inside), (m.chain, m.need_outside)):
        taken = absorbed(need, left)
        left -= taken
        for one in group:
            one.technical_done = taken * one.technical_need / need if need > 0.0 else 0.0
    taken = absorbed(m.project.connection_hours * m.backlog, left)
    m.connected = taken / m.project.connection_hours
    m.backlog = max(0.0, m.backlog - m.connected)
    m.connections += m.connected
    return output - (left - taken), left - taken


def work_on_process(m, one, share, offered):
    """A department's process output: its own, a partner's and IT's help."""
    p, x = m.p, m.partner_process_hours
    instead = m.outsider * x * share
    one.paired_hours = min((1.0 - m.outsider) * x * share, one.work_hours)
    own = one.paired_hours * p.phi_pair * (1.0 - one.blocked)
    if not one.is_it:
        own += one.work_hours * one.productivity
    bought = instead * p.phi_sub * (1.0 - one.blocked)
    everything = own + bought + offered
    one.process_done = min(everything, one.process_need)
    part = one.process_done / everything if everything > 0.0 else 0.0
    one.own_done, one.bought_done, one.helped_done = own * part, bought * part, offered * part
    one.partner_used = one.paired_hours + instead * part
    if one.process_done > 0.0:
        one.own_share += C.OWN_SHARE_RATE * (own / everything - one.own_share)
    one.own_output += one.own_done
    one.all_output += one.process_done


def progress(m, one, technical):
    """What is kept of the output moves the streams, and raises issues."""
    p = m.p
    kept = max(0.0, 1.0 - p.eps0 - p.eps_b * one.blocked) * (1.0 - p.eps_s * one.unsettled)
    b, t = one.process_progress, one.technical_progress
    one.process_gain = one.technical_gain = 0.0
    if one.process_size > 0.0:
        one.process_gain = min(one.process_done * kept / one.process_size, 1.0 - b)
    if one.technical_size > 0.0:
        one.technical_gain = min(technical * kept / one.technical_size, 1.0 - t)
    one.process_progress, one.technical_progress = b + one.process_gain, t + one.technical_gain


def arrive(m, one):
    """Issues that come."""
    p = m.p
    hours = one.process_gain * one.process_size + one.technical_gain * one.technical_size
    one.expected = p.iota * hours * (C.ISSUES_ALONE + one.entangled / p.D_ref)
    if m.live and one.internal:
        gap = p.iota_c * one.adoption * (one.chain_weight - one.chain_adoption)
        one.expected += C.ISSUES_BY_IGNORANCE * (1.0 - one.knowledge) + gap
    one.open_issues += luck.poisson(one.arrivals, one.expected)


def take_up(m):
    """Issues that somebody takes up."""
    p = m.p
    for one in m.departments:
        present = len(m.departments) if m.forum else 1 + len(one.close)
        one.unheld = present**-p.t
        c = one.progress_role
        mine = 1.0 - (1.0 - (c + (1.0 - c) * one.unheld)) * (1.0 - one.ownership)
        one.near_willing = sum(
            min(1.0, C.REACH_APART + C.REACH_BY_CONTACT * m.contact[one.place][other.place]) * other.willingness
            for other in one.close
        )
        one.hazard = p.mu * (one.willingness * mine + (1.0 - c) * one.unheld * one.near_willing)
        one.hazard += p.mu_p * m.partner_process_hours / (C.PARTNER_FULL * one.h_ref)
    for one in m.departments:
        one.open_issues -= luck.binomial(one.u("pick_up", m.week), one.open_issues, -expm1(-one.hazard))


def object_openly(m):
    """Objections, and answers to them."""
    p = m.p
    m.objections = 0
    for one in m.departments:
        one.answered = 0
        if one.voice <= 0.0:
            continue
        if one.u("objection", m.week) < one.voice * (1.0 - one.conviction):
            one.open_objections += 1
            m.objections += 1
        one.answered = luck.binomial(one.u("answer", m.week), one.open_objections, -expm1(-one.hazard))
        one.open_objections -= one.answered
        most = raised(one.conviction_brought, p.won)
        for _ in range(one.answered):
            if one.conviction_anchor < most:
                one.conviction_anchor += p.convinced * (most - one.conviction_anchor)
        one.opposed = one.open_objections / (one.open_objections + C.OPPOSED_HALF)
    if m.objections:
        m.visibility = raised(m.visibility, p.v_obj)


# --- stage 6: go-live and adoption -----------------------------------------------------------------------


def go_live(m):
    """Whether the platform is ready."""
    push = m.asked["push_go_live"]
    enough = m.p.ready_B if push is None else push["process"]
    technical = mean(one.technical_progress for one in m.inside) >= m.p.ready_T
    if not m.go_live_week and technical and all(one.process_progress >= enough for one in m.business):
        m.go_live_week = m.week


def quality(m, one):
    """Quality of a process, less where others designed it."""
    if one.all_output <= 0.0:
        return 1.0
    return 1.0 - m.p.qloss * (1.0 - one.own_output / one.all_output)


def adopt(m):
    """Use of the new way, habit, and who switches to it this week."""
    process = mean(one.process_progress for one in m.business)
    m.process_progress = process
    look_at_use(m)
    after = []
    for one in m.departments:
        arranged = process if one.is_it else one.process_progress
        adoption, habit = one.adoption, one.habit
        if one.cut_over_week:
            adoption = clip(adoption + gained(m, one, arranged) - lost(m, one), 0.0, 1.0)
            habit = toward(habit, one.adoption, m.p.tau_z)
        elif m.go_live_week and follows(m, one):
            one.cut_over_week = m.week
            adoption = max(adoption, m.p.a_cut * quality(m, one) * arranged)
        after.append((adoption, habit))
    for one, (adoption, habit) in zip(m.departments, after, strict=True):
        one.adoption, one.habit = adoption, habit
    look_at_use(m)


def follows(m, one):
    """Whether a department switches now that the platform is live."""
    if one.internal:
        return m.go_live_week == m.week
    return one.process_progress > m.p.ready_B_chain and one.technical_progress > m.p.ready_T_chain


def look_at_use(m):
    """Adoption of those whom each department imitates, and of the chain partners that it needs."""
    for one in m.departments:
        weights = []
        for other in m.departments:
            need = m.needs[one.place][other.place]
            both = one.internal and other.internal
            weights.append(max(need, m.contact[one.place][other.place]) if both else need)
        one.imitation_share = 1.0 / max(sum(weights), C.LOOSE) if sum(weights) > 0.0 else 0.0
        one.others_adoption = sum(w * other.adoption for w, other in zip(weights, m.departments, strict=True))
        one.chain_adoption = sum(m.needs[one.place][other.place] * other.adoption for other in m.chain)


def gained(m, one, arranged):
    """Adoption that a week brings."""
    p = m.p
    care = min(1.0, one.care_hours / one.h_care) if one.h_care > 0.0 else 1.0
    pace = p.p_a + p.q_a * one.imitation_share * one.others_adoption
    skill = p.kmin + (1.0 - p.kmin) * one.knowledge
    smooth = (1.0 - one.blocked) * (1.0 - p.eps_s * one.unsettled)
    attended = p.care0 + (1.0 - p.care0) * care
    return max(0.0, arranged - one.adoption) * pace * quality(m, one) * skill * smooth * attended


def lost(m, one):
    """Adoption that a week takes."""
    p = m.p
    strain = 1.0 + C.STRAIN * p.press * max(0.0, one.overload - p.strain)
    fallen = one.adoption * p.de_a * (1.0 - p.hold_z * one.habit) * strain
    return fallen * (1.0 - one.responsibility * one.priority) * (p.hold_off if m.retired else 1.0)


def grow(m):
    """Connections that are asked for, debt, progress and the signal of success."""
    if m.live:
        m.backlog += m.project.connections_per_week
    gain = mean(one.technical_gain for one in m.inside)
    owed = m.p.debt_g * gain + C.DEBT_BY_CONNECTION * m.connected
    m.technical_debt = min(1.0, m.technical_debt + m.debt_weight * owed)
    m.progress_gain = (mean(one.process_gain for one in m.business) + gain) / 2.0
    m.mean_progress = m.process_progress / 2.0 + mean(one.technical_progress for one in m.inside) / 2.0
    m.mean_adoption = mean(one.adoption for one in m.inside)
    raw = m.mean_adoption if m.live else min(1.0, m.p.sig * m.progress_gain)
    m.signal += m.p.sig_rate * (raw - m.signal)


# --- stage 7: slow states --------------------------------------------------------------------------------


def learn(m):
    """Ownership, knowledge, priority, activity and conviction."""
    p = m.p
    m.openness = openness(m)
    for one in m.departments:
        counted = min(one.h_ref, one.demand)
        part = min(1.0, one.hours / counted) if counted > C.NOTHING else 0.0
        involved = part * min(1.0, C.FULLY_IN * one.hours / one.h_ref)
        control = one.voice_role * (1.0 - m.outsider)
        knowing = one.knowledge if involved > C.KNOWING_FROM else 0.0
        routes = (control + knowing + min(1.0, one.hours / one.h_ref)) / C.ROUTES
        o, k, w = one.ownership, one.knowledge, one.priority
        one.ownership = o + p.al_o * routes * (1.0 - o) - p.de_o * (1.0 - w) * o
        beside = min(1.0, one.paired_hours / one.h_ref) * (p.pair0 + k) * (1.0 - k)
        fading = p.de_k * k * (1.0 - C.USE_KEEPS * one.adoption)
        one.knowledge = clip(k + p.lam_k * involved * (1.0 - k) + p.lam_t * beside - fading, 0.0, 1.0)
        one.priority = toward(w, priority_goal(m, one), p.tau_om)
        if m.shock_begins:
            one.priority *= p.sh_om + (1.0 - p.sh_om) * p.A * m.anchoring
        one.activity += p.al_v * (part - one.activity)
        pulled = (1.0 - p.xi) * one.conviction_anchor + p.xi * m.signal - one.conviction
        one.conviction = clip(one.conviction + p.eta_x * pulled, 0.0, 1.0)
        one.conviction *= 1.0 - p.eta_o * one.near_share * one.near_opposed


def openness(m):
    """What makes people speak openly this week."""
    p, found = m.p, 0.0
    if m.members:
        voices = mean(one.voice_role for one in m.members)
        attended = mean(one.attendance for one in m.members)
        heard = p.meet0 + (1.0 - p.meet0) * voices
        found += m.fidelity["team"] * p.v_meet * attended * heard
    found += p.v_board * m.anchoring
    return found + (p.v_partner * (1.0 - m.outsider) if m.partner else 0.0)


def priority_goal(m, one):
    """Where priority moves."""
    p = m.p
    left = 1.0 - (p.om_done if m.closed else p.om0)
    left *= (1.0 - p.bV * local_visibility(m, one)) * (1.0 - p.bP * one.priority_role)
    return 1.0 - left * (1.0 - p.A * m.anchoring if one.internal else 1.0)


def fade_and_leave(m):
    """Roles fade, key persons leave and take agreements along, and openness fades."""
    p = m.p
    for one in m.departments:
        one.hand_offs_kept = 1.0
        if m.roles_fade:
            scale_roles(one, 1.0 - (1.0 - p.A * m.anchoring) / p.tau_c)
        one.absence_weeks = max(0, one.absence_weeks - 1)
        if one.leave < p.p_leave * (1.0 + C.LEAVING_BY_OVERLOAD * max(0.0, one.overload - 1.0)):
            one.knowledge *= 1.0 - p.loss_leave
            one.ownership *= 1.0 - p.loss_leave
            scale_roles(one, p.key_role)
            one.absence_weeks = floor(p.key_weeks + 0.5)
            one.hand_offs_kept = 1.0 - p.leave_sigma * p.loss_leave
    for a, b in m.settled_pairs:
        m.settled_pairs[a, b] *= m.departments[a].hand_offs_kept * m.departments[b].hand_offs_kept
    m.visibility = raised(m.visibility * (1.0 - 1.0 / p.tau_V), min(1.0, m.openness))


def scale_roles(one, by):
    """All three roles of a department become less clear."""
    for role in ROLES:
        setattr(one, f"{role}_role", getattr(one, f"{role}_role") * by)


# --- stage 8: accounts -----------------------------------------------------------------------------------


def account(m):
    """Money and hours."""
    m.mean_engagement = mean(one.engagement for one in m.inside)
    m.business_engagement = mean(one.engagement for one in m.business)
    pay(m)
    for one in m.departments:
        m.shared_hours += one.meetings + one.paired_hours
        m.solitary_hours += one.hours - one.paired_hours
    for one in m.inside:
        depends = m.p.gam * one.chain_needed
        m.benefit += one.benefit * one.adoption * ((1.0 - depends) + depends * one.chain_share * one.chain_adoption)
        claimed = one.load + C.STANDING_CLAIM * one.pull * one.capacity + one.meetings
        claimed += max(0.0, one.hours - one.dedicated)
        if claimed > one.available * (1.0 + C.ROUNDING):
            m.overload_hours += claimed - one.available
        m.dip_hours += one.dip
    if m.partner:
        billed = (1.0 - m.partner["tech_share"]) * m.partner["hours"]
        m.partner_idle_hours += billed - sum(one.partner_used for one in m.departments)


def pay(m):
    """The week's cost."""
    for one in m.departments:
        idle = max(0.0, one.dedicated_charged - one.hours)
        beyond = max(0.0, one.hours - one.dedicated_charged)
        idle += max(0.0, one.granted_charged - (one.meetings + beyond))
        m.cost += (one.hours + one.meetings + idle) * one.rate
    if m.partner:
        m.partner_cost += m.partner["hours"] * m.partner["fee"]
        m.cost += m.partner["hours"] * m.partner["fee"]
    if m.hired:
        m.cost += m.hired["hours"] * m.hired["fee"]
    if m.anchored:
        m.cost += m.anchored["board_hours"] * m.anchored["board_rate"]
    if not m.self_built and m.started:
        m.cost += m.asked["platform"]["licence"]
    pay_once(m)


def pay_once(m):
    """Costs of the week in which something is done once."""
    for name in ("name_the_elephant", "assign_roles"):
        if m.asked[name] and m.week == m.asked[name]["start"]:
            m.cost += m.asked[name]["cost"]
    if m.retired and m.week == m.retired_since:
        m.cost += m.asked["retire_old_way"]["cost"]
