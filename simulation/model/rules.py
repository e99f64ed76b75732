"""The equations of the model, once each: a small scalar function with its unit, its source and an example.

Numbers go in and a number comes out; nothing here knows of departments, of Mesa or of measures by name. Sums, products
and shares of states that need no source of their own stand in :mod:`simulation.model.steps`, where they are used.
Shares are between 0 and 1, hours are hours per week, rates are per week. ``docs/odd.md`` tells the order
in which a week applies them. The functions use ``math`` and constants (``c``) only, so that they can be compiled as
they are.
"""

import math

from simulation.study import constants as c

# --- tools ---------------------------------------------------------------------------------------------


def clip(value: float, low: float, high: float) -> float:
    """Hold ``value`` between ``low`` and ``high``.

    >>> clip(1.2, 0.0, 1.0)
    1.0
    """
    return low if value < low else high if value > high else value


def raised(level: float, step: float) -> float:
    """Close the share ``step`` of the gap between ``level`` (a share) and 1.

    >>> raised(0.5, 0.2)
    0.6
    """
    return level + (1.0 - level) * step


def toward(level: float, goal: float, tau: float) -> float:
    """Move ``level`` toward ``goal`` with time constant ``tau`` (weeks, at least 1).

    >>> toward(0.0, 1.0, 4.0)
    0.25
    """
    return level + (goal - level) / tau


def spread_around(centre: float, u: float, half_width: float, low: float, high: float) -> float:
    """Draw a trait uniformly within ``half_width`` of ``centre``, by the draw ``u`` in [0, 1), held within bounds.

    >>> spread_around(0.75, 0.5, 0.15, 0.05, 0.98)
    0.75
    """
    return clip(centre + half_width * (2.0 * u - 1.0), low, high)


def posterior(value: float, error: float, u: float) -> float:
    """Draw a share that a survey tells with a standard error, by the draw ``u`` in [0, 1).

    Its odds have a log-logistic distribution around those of ``value``, the median, so that no draw leaves 0 to 1. It
    is close to normal, with tails as of nine degrees of freedom (Mudholkar & George 1978): the L_B distribution of
    Tadikamalla & Johnson (1982, Biometrika 69). Its width is that of a lognormal whose standard deviation against its
    mean is ``error`` against ``value``·(1 − ``value``), so that a value beside 0 or 1 is not drawn far wider than its
    error says. ``value`` is above 0 and below 1.

    >>> posterior(0.6, 0.05, 0.5), posterior(0.6, 0.0, 0.9)
    (0.6, 0.6)
    >>> [round(posterior(0.6, 0.05, u), 3) for u in (0.025, 0.16, 0.84, 0.975)]
    [0.497, 0.554, 0.644, 0.695]
    """
    inside = clip(u, c.DRAW_LEAST, 1.0 - c.DRAW_LEAST)
    power = c.LOGISTIC_DEVIATION * math.sqrt(math.log1p((error / (value * (1.0 - value))) ** 2))
    odds = (1.0 - value) / value * ((1.0 - inside) / inside) ** power
    return float(1.0 / (1.0 + odds))


# --- size (week 0) -------------------------------------------------------------------------------------


def size(capacity: float, usual: float, gamma: float) -> float:
    """How much more process work, and time that counts, a department has than one of ``usual`` capacity (h/week).

    It grows with the power ``gamma`` of capacity, the hours a week of the people whose work the change touches.

    >>> size(288.0, 144.0, 1.0), size(144.0, 144.0, 0.7), size(0.0, 144.0, 0.7)
    (2.0, 1.0, 0.0)
    """
    return float((capacity / usual) ** gamma)


def fidelity(u: float, fid: float) -> float:
    """How well a measure is carried out in a world, from ``fid`` to 1, by the draw ``u`` (Durlak & DuPre 2008).

    >>> fidelity(0.5, 0.5), fidelity(0.9, 1.0)
    (0.75, 1.0)
    """
    return 1.0 - (1.0 - fid) * u


# --- luck (stage 0) ------------------------------------------------------------------------------------


def event_clock(weeks_left: int, u: float, probability: float, duration: int) -> int:
    """Weeks that an incident or a shock still lasts, this one included: count down, and if idle, perhaps start.

    It starts where the draw ``u`` is below ``probability`` (per week), and then lasts ``duration`` weeks.

    >>> event_clock(1, 0.01, 0.06, 3), event_clock(3, 0.01, 0.06, 3), event_clock(0, 0.5, 0.06, 3)
    (3, 2, 0)
    """
    left = weeks_left - 1 if weeks_left > 0 else 0
    return duration if left == 0 and u < probability else left


def other_it_load(level: float, u: float) -> float:
    """Load of IT's other projects, 1 as usual: mean-reverting to 1 with uniform noise, at least .2 (assumed).

    >>> other_it_load(1.0, 0.5)
    1.0
    """
    half_width = c.OTHER_LOAD_DEVIATION * math.sqrt(3.0)  # of a uniform distribution
    moved = level + c.OTHER_LOAD_RETURN * (1.0 - level) + half_width * (2.0 * u - 1.0)
    return moved if moved > c.OTHER_LOAD_LEAST else c.OTHER_LOAD_LEAST


def weekly_noise(u: float, most: float) -> float:
    """Relative deviation of a week's ordinary work, uniform within ``most`` (a share), by the draw ``u`` in [0, 1).

    >>> weekly_noise(1.0, 0.1)
    0.1
    """
    return most * (2.0 * u - 1.0)


def whole_weeks(weeks: float) -> int:
    """A time in weeks, as a whole number: a half is rounded up.

    >>> whole_weeks(2.5), whole_weeks(3.4)
    (3, 3)
    """
    return int(weeks + 0.5)


def poisson_quantile(u: float, mean: float) -> int:
    """Count from a Poisson distribution by inverting its cumulative distribution at ``u`` (Devroye 1986, ch. III).

    The smallest count whose cumulative probability exceeds ``u``. ``mean`` ≥ 0; 0 gives 0. As e^−m ≥ 1 − m, most
    draws of a small mean need no exponential; a large mean starts at its mode, so that none is too large.

    >>> [poisson_quantile(u, 2.0) for u in (0.0, 0.13, 0.14, 0.5, 0.999)]
    [0, 0, 1, 2, 8]
    """
    if mean <= 0.0 or u < 1.0 - mean:
        return 0
    if mean > c.MANY_EXPECTED:
        return poisson_from_mode(u, mean)
    count, term = 0, math.exp(-mean)
    reached = term
    while u >= reached and term > c.NEGLIGIBLE:
        count += 1
        term *= mean / count
        reached += term
    return count


def poisson_from_mode(u: float, mean: float) -> int:
    """The same for a large mean, where the chance of 0 may be too small for a floating-point number.

    Sums down from the mode, and from there up or down to ``u``, so that work grows with the standard deviation.

    >>> poisson_from_mode(0.5, 1e6), [poisson_from_mode(u, 2.0) for u in (0.0, 0.13, 0.14, 0.5, 0.999)]
    (1000000, [0, 0, 1, 2, 8])
    """
    mode = int(mean)
    at_mode = math.exp(mode * math.log(mean) - mean - math.lgamma(mode + 1.0))
    below, term = 0.0, at_mode
    for count in range(mode, 0, -1):
        term *= count / mean
        below += term
        if term < c.NEGLIGIBLE:
            break
    if u >= below:  # at the mode or above it
        count, term, reached = mode, at_mode, below + at_mode
        while u >= reached and term > c.NEGLIGIBLE:
            count += 1
            term *= mean / count
            reached += term
        return count
    count, term, reached = mode, at_mode, below
    while count > 0 and u < reached:  # below the mode
        term *= count / mean
        count -= 1
        reached -= term
    return count


def binomial_quantile(u: float, trials: int, probability: float) -> int:
    """Count from a binomial distribution by inverting its cumulative distribution at ``u`` (Devroye 1986, ch. X).

    As (1 − p)^n ≥ 1 − np (Bernoulli), most draws where little is expected need no more than a comparison.

    >>> [binomial_quantile(u, 4, 0.5) for u in (0.0, 0.07, 0.5, 0.95)]
    [0, 1, 2, 4]
    >>> binomial_quantile(0.5, 7, 1.0), binomial_quantile(0.5, 7, 0.0)
    (7, 0)
    """
    if trials <= 0 or probability <= 0.0 or u < 1.0 - trials * probability:
        return 0
    if probability >= 1.0:
        return trials
    none = (1.0 - probability) ** trials
    if none < c.NONE_UNLIKELY:
        return binomial_from_mode(u, trials, probability)
    odds = probability / (1.0 - probability)
    count, term = 0, none
    reached = none
    while u >= reached and count < trials and term > c.NEGLIGIBLE:
        count += 1
        term *= (trials - count + 1) * odds / count
        reached += term
    return count


def binomial_from_mode(u: float, trials: int, probability: float) -> int:
    """The same where the chance of none may be too small for a floating-point number.

    Sums from the mode, as :func:`poisson_from_mode` does; ``probability`` lies strictly between 0 and 1.

    >>> binomial_from_mode(0.5, 10**6, 0.5), [binomial_from_mode(u, 4, 0.5) for u in (0.0, 0.07, 0.5, 0.95)]
    (500000, [0, 1, 2, 4])
    """
    odds = probability / (1.0 - probability)
    mode = min(trials, int((trials + 1) * probability))
    at_mode = math.exp(
        math.lgamma(trials + 1.0)
        - math.lgamma(mode + 1.0)
        - math.lgamma(trials - mode + 1.0)
        + mode * math.log(probability)
        + (trials - mode) * math.log1p(-probability)
    )
    below, term = 0.0, at_mode
    for count in range(mode, 0, -1):
        term *= count / ((trials - count + 1) * odds)
        below += term
        if term < c.NEGLIGIBLE:
            break
    if u >= below:
        count, term, reached = mode, at_mode, below + at_mode
        while u >= reached and count < trials and term > c.NEGLIGIBLE:
            count += 1
            term *= (trials - count + 1) * odds / count
            reached += term
        return count
    count, term, reached = mode, at_mode, below
    while count > 0 and u < reached:
        term *= count / ((trials - count + 1) * odds)
        count -= 1
        reached -= term
    return count


# --- measures (stage 1) --------------------------------------------------------------------------------


def frame_after_naming(frame: float, zeta: float) -> float:
    """Belief that it is IT's job, after the elephant in the room was named (``zeta``: the share that is dispelled).

    >>> frame_after_naming(0.8, 0.5)
    0.4
    """
    return frame * (1.0 - zeta)


def role_clarity(clarity: float, frame: float, c_role: float, paper: float, portion: float) -> float:
    """Clarity of an assigned role: raised, if it is lower, to what its holder receives of it.

    What is sent is not what is received (Katz & Kahn 1978, the role episode): given to somebody who thinks
    that it is IT's job, a role stays paper. ``portion`` is 1 for a full role, ½ for a chain partner's.

    >>> role_clarity(0.0, 0.8, 0.85, 0.5, 1.0)
    0.51
    """
    received = portion * c_role * (1.0 - paper * frame)
    return received if received > clarity else clarity


# --- contacts (when levers change) ---------------------------------------------------------------------


def contact(informal: float, met: float) -> float:
    """How strong a contact is: an informal tie, and what meetings add, at most 1.

    >>> contact(0.5, 0.25), contact(0.5, 0.75)
    (0.75, 1.0)
    """
    strength = informal + met
    return strength if strength < 1.0 else 1.0


def reach_of_attention(entangled: float, d_ref: float) -> float:
    """Share of itself that a department has for each hand-off: who needs more than ``d_ref`` in all must divide it.

    ``entangled`` and ``d_ref`` are sums of strengths of interdependence.

    >>> reach_of_attention(2.0, 3.0), reach_of_attention(4.0, 3.0), reach_of_attention(0.0, 3.0)
    (1.0, 0.75, 1.0)
    """
    return d_ref / entangled if entangled > d_ref else 1.0


def access(strength: float, c0: float) -> float:
    """How far one reaches another to agree on something: wholly in contact, ``c0`` without any, by mail.

    >>> access(0.0, 0.05), access(1.0, 0.05)
    (0.05, 1.0)
    """
    return c0 + (1.0 - c0) * strength


def imitation_weight(need: float, strength: float) -> float:
    """How much another's use counts: by interdependence, or by contact where that is more (both are internal).

    >>> imitation_weight(0.3, 1.0), imitation_weight(0.3, 0.0)
    (1.0, 0.3)
    """
    return need if need > strength else strength


# --- perception (stage 2) ------------------------------------------------------------------------------


def perceived_norm(visibility: float, activity: float, conviction: float) -> float:
    """What seems normal: others' activity, and as far as things are spoken of openly, their conviction.

    With no visibility one sees others' inaction and not their conviction (Prentice & Miller 1993, pluralistic
    ignorance). ``activity`` and ``conviction`` are the contact-weighted means over the others.

    >>> perceived_norm(0.0, 0.1, 0.9), perceived_norm(1.0, 0.1, 0.9)
    (0.1, 0.9)
    """
    return (1.0 - visibility) * activity + visibility * conviction


def frame_from_talk(frame: float, anchor: float, others: float, g: float, eta_f: float) -> float:
    """Weekly change of the IT frame by one's own history and by talk (DeGroot 1974; Friedkin & Johnsen 1990).

    ``anchor`` is the frame one began with, ``others`` the contact-weighted mean frame (``frame`` itself for somebody
    without contacts), ``g`` the weight of others against the anchor, ``eta_f`` the speed per week.

    >>> round(frame_from_talk(0.8, 0.8, 0.4, 0.5, 0.1), 12)
    -0.02
    """
    return eta_f * ((1.0 - g) * (anchor - frame) + g * (others - frame))


def frame_from_evidence(frame: float, visibility: float, own_share: float, activity: float, eta_e: float) -> float:
    """Weekly change of the IT frame by what one sees oneself do: doing the work dispels "it is IT's job".

    ``own_share`` is the share of process work one did oneself, ``eta_e`` the speed per week; what is not spoken of
    openly teaches less (assumed).

    >>> round(frame_from_evidence(0.8, 0.0, 1.0, 1.0, 0.1), 12)
    -0.024
    """
    return eta_e * (c.EVIDENCE_UNSEEN + c.EVIDENCE_SEEN * visibility) * ((1.0 - own_share * activity) - frame)


def diffusion(parties: float, t: float) -> float:
    """Share of a responsibility that one of ``parties`` feels: n^(−t) (Darley & Latané 1968; Latané 1981).

    >>> diffusion(4, 1.0), diffusion(4, 0.5)
    (0.25, 0.5)
    """
    return float(parties ** (-t))


def unassigned_responsibility(frame: float, share: float, nu: float) -> float:
    """Responsibility felt without a role: ``nu`` whoever else is there, of the rest the diffused ``share``.

    As far as one believes that it is IT's job (``frame``), one feels none.

    >>> round(unassigned_responsibility(0.5, 0.2, 0.25), 12)
    0.2
    """
    return (1.0 - frame) * (nu + (1.0 - nu) * share)


def unassigned_responsibility_it(business_frame: float, share: float, acc: float) -> float:
    """Responsibility IT feels without a role: as far as the business thinks it IT's job, IT accepts ``acc`` of it.

    Of the rest it feels the diffused ``share``.

    >>> round(unassigned_responsibility_it(0.8, 0.2, 0.7), 12)
    0.6
    """
    return business_frame * acc + (1.0 - business_frame) * share


def felt_responsibility(felt: float, clarity: float, unassigned: float, tau_s: float) -> float:
    """Felt responsibility moves to the role's clarity, and for what the role leaves open to ``unassigned``.

    ``tau_s`` is the time constant in weeks, at least 1.

    >>> round(felt_responsibility(0.0, 0.8, 0.5, 3.0), 12)
    0.3
    """
    return toward(felt, clarity + (1.0 - clarity) * unassigned, tau_s)


# --- capacity (stage 3) --------------------------------------------------------------------------------


def available_hours(capacity: float, absent: bool, without: float) -> float:
    """Hours a week that people are there; the share ``without`` of them while a key person's place is empty.

    >>> available_hours(100.0, True, 0.8)
    80.0
    """
    return capacity * (without if absent else 1.0)


def ordinary_load(capacity: float, bau: float, noise: float, incident: float, upkeep: float, change: float) -> float:
    """Hours that ordinary work, incidents, upkeep of technical debt and the change itself (h each) take this week.

    >>> ordinary_load(100.0, 0.8, 0.1, 20.0, 1.0, 2.0)
    111.0
    """
    return capacity * bau * (1.0 + noise) + incident + upkeep + change


def dip(capacity: float, adoption: float, habit: float, share: float) -> float:
    """Hours a week that the new way costs extra as long as it is used and not yet routine (Markus & Tanis 2000).

    ``share`` of capacity, where all is used and nothing is habit.

    >>> dip(100.0, 0.75, 0.25, 0.25), dip(100.0, 0.2, 0.4, 0.25)
    (12.5, 0.0)
    """
    return share * capacity * (adoption - habit) if adoption > habit else 0.0


def workaround(capacity: float, adoption: float, share: float) -> float:
    """Hours a week that it takes to work around an old way that is switched off, as far as one does not use the new.

    >>> workaround(100.0, 0.75, 0.1)
    2.5
    """
    return share * capacity * (1.0 - adoption)


def headroom(available: float, load: float, granted: float) -> float:
    """Hours a week left after ordinary work, never below 0, plus hours granted on top.

    >>> headroom(100.0, 109.0, 10.0), headroom(100.0, 80.0, 0.0)
    (10.0, 20.0)
    """
    return (available - load if available > load else 0.0) + granted


def switching_efficiency(projects: float, kappa: float) -> float:
    """Share of an hour that is left when one works on several projects at once (form: Weinberg 1992).

    ``kappa`` is what each further project costs; one project, or less, costs nothing.

    >>> switching_efficiency(1, 0.08), switching_efficiency(3.5, 0.08)
    (1.0, 0.8333333333333334)
    """
    return 1.0 / (1.0 + kappa * (projects - 1.0)) if projects > 1.0 else 1.0


def meeting_hours(requested: float, room: float) -> float:
    """Hours of meetings attended a week: what is requested, at most 30 % of the headroom ``room`` (assumed).

    >>> meeting_hours(2.0, 5.0), meeting_hours(2.0, 50.0)
    (1.5, 2.0)
    """
    most = c.MEETINGS_MOST * room
    return requested if requested < most else most


def spare_it_hours(room: float, capacity: float, other_load: float, pull: float) -> float:
    """IT hours a week free for the project, as somebody who waits for capacity counts them (assumed).

    Headroom less what other projects claim, by their load and pull; below 0 where they claim more than there is.

    >>> spare_it_hours(60.0, 100.0, 1.0, 1.0)
    35.0
    """
    return room - c.SPARE_CLAIM * capacity * other_load * pull


# --- effort (stage 4) ----------------------------------------------------------------------------------


def responsibility(felt: float, ownership: float) -> float:
    """Either feeling responsible or owning the result is reason enough to act.

    >>> responsibility(0.5, 0.5)
    0.75
    """
    return 1.0 - (1.0 - felt) * (1.0 - ownership)


def expectancy(norm: float, e0: float) -> float:
    """Belief that one's effort will come to something, given what others seem to do (Karau & Williams 1993).

    ``e0`` is what is left of it where the ``norm`` is to do nothing.

    >>> expectancy(0.5, 0.5)
    0.75
    """
    return e0 + (1.0 - e0) * norm


def engagement(conviction: float, responsible: float, expects: float) -> float:
    """Engagement: conviction × responsibility × expectancy (Karau & Williams 1993, collective effort model).

    >>> engagement(0.5, 0.5, 0.5)
    0.125
    """
    return conviction * responsible * expects


def process_need(process: float, technical: float, lead: float, size: float) -> float:
    """Hours of process work that can be done now: at most ``lead`` (a share) ahead of the technical half.

    ``process`` and ``technical`` are progress (shares), ``size`` the hours of all process work.

    >>> process_need(0.5, 0.25, 0.5, 100.0), process_need(0.75, 0.75, 0.5, 100.0)
    (25.0, 25.0)
    """
    ahead = technical + lead - process
    left = 1.0 - process
    return max(0.0, min(left, ahead)) * size


def technical_need(process: float, technical: float, lead: float, size: float) -> float:
    """Hours of technical work that can be done now: at most ``lead`` (a share) ahead of the process half.

    ``process`` and ``technical`` are progress (shares), ``size`` the hours of all technical work.

    >>> technical_need(0.0, 0.25, 0.5, 100.0)
    25.0
    """
    reach = process + lead if process + lead < 1.0 else 1.0
    return (reach - technical) * size if reach > technical else 0.0


def blocked(issues: float, i_half: float) -> float:
    """Share of the work that open issues block; half at ``i_half`` issues.

    >>> blocked(6, 6.0)
    0.5
    """
    return issues / (issues + i_half)


def skill(knowledge: float, kmin: float) -> float:
    """What an hour is worth by knowledge of the new way of working, a share; ``kmin`` without any.

    >>> skill(0.5, 0.4)
    0.7
    """
    return kmin + (1.0 - kmin) * knowledge


def productivity(knows: float, switching: float, block: float) -> float:
    """Output per hour worked: skill, what switching leaves of it, and what is not blocked.

    >>> productivity(0.5, 1.0, 0.5)
    0.25
    """
    return knows * switching * (1.0 - block)


def hours_for(output: float, per_hour: float) -> float:
    """Hours that an output (h) asks for; productivity is taken as at least 1e-6, so that none asks for infinity.

    >>> hours_for(10.0, 0.5)
    20.0
    """
    return output / (per_hour if per_hour > c.PRODUCTIVITY_LEAST else c.PRODUCTIVITY_LEAST)


def effort(
    demand: float,
    room: float,
    meetings: float,
    engaged: float,
    priority: float,
    pull: float,
    dedicated: float,
    pledge: float,
) -> float:
    """Hours a week for the project: those dedicated to it, and what engagement × priority wins against other work.

    What is left of the headroom after ``meetings`` is shared by weight, the project's against the competing ``pull``;
    ``dedicated`` hours, whose ordinary work somebody else does, are worked whatever the will. A ``pledge``, the share
    of what is left that somebody decides on, takes the place of the weights; below 0 there is none. Never more than
    ``demand`` (h).

    >>> effort(100.0, 30.0, 2.0, 0.5, 0.5, 0.25, 0.0, -1.0), effort(100.0, 30.0, 2.0, 0.0, 0.5, 0.25, 8.0, -1.0)
    (14.0, 8.0)
    >>> effort(5.0, 30.0, 2.0, 0.5, 0.5, 0.0, 0.0, -1.0), effort(5.0, 30.0, 2.0, 0.0, 0.5, 0.0, 0.0, -1.0)
    (5.0, 0.0)
    >>> effort(100.0, 30.0, 2.0, 0.0, 0.5, 0.25, 8.0, 0.25), effort(100.0, 30.0, 2.0, 0.5, 0.5, 0.25, 0.0, 0.0)
    (15.0, 0.0)
    """
    weight = engaged * priority
    won = (room - meetings) * weight / (weight + pull) if weight > 0.0 else 0.0
    hours = dedicated + (won if pledge < 0.0 else (room - meetings) * pledge)
    return demand if demand < hours else hours


def help_asked(process: float, phi_it: float) -> float:
    """Hours of output that the business asks of IT for process work (h) that it holds to be IT's job.

    An hour of IT does ``phi_it`` of an hour of it; nothing is asked where it does none.

    >>> help_asked(7.0, 0.35), help_asked(7.0, 0.0)
    (20.0, 0.0)
    """
    return process / phi_it if phi_it > 0.0 else 0.0


# --- work and issues (stage 5) -------------------------------------------------------------------------


def absorbed(offered: float, need: float) -> float:
    """How much of ``offered`` a ``need`` takes; an offer equal to the need but for rounding is taken whole.

    >>> absorbed(5.0, 7.0), absorbed(9.0, 7.0), absorbed(7.0 + 1e-12, 7.0) == 7.0 + 1e-12
    (5.0, 7.0, True)
    """
    return offered if offered <= need * (1.0 + c.ROUNDING) else need


def joint_time(hours: float, together: float, h_ref: float) -> float:
    """How much time somebody has to settle hand-offs, a share: meetings and project hours against ``h_ref`` (> 0).

    >>> joint_time(4.0, 2.0, 12.0), joint_time(40.0, 2.0, 12.0)
    (0.5, 1.0)
    """
    part = (hours + together) / h_ref
    return part if part < 1.0 else 1.0


def settled(level: float, pace: float, time: float, clarity: float, md: float) -> float:
    """How far a hand-off is settled after a week: what passes between two departments is agreed by those who meet.

    Form: sociotechnical congruence (Cataldo, Herbsleb & Carley 2008). ``pace`` is the weekly rate times access and
    attention, ``time`` √(J_i·J_j) and ``clarity`` √(cR_i·cR_j) of the two; without a mandate ``md`` of it is left.

    >>> settled(0.0, 0.12, 1.0, 0.0, 0.3), settled(0.5, 0.12, 1.0, 1.0, 0.3)
    (0.036, 0.56)
    """
    return level + pace * (1.0 - level) * time * (md + (1.0 - md) * clarity)


def unsettled(missing: float, d_ref: float) -> float:
    """Share of a department's work that is done without agreement: interdependence not settled, over ``d_ref``.

    >>> unsettled(1.5, 3.0), unsettled(4.0, 3.0)
    (0.5, 1.0)
    """
    share = missing / d_ref
    return share if share < 1.0 else 1.0


def kept_work(eps0: float, eps_b: float, block: float, eps_s: float, apart: float) -> float:
    """Share of the output that need not be done again: rework by itself, where work is blocked, and by hand-offs.

    ``eps0``, ``eps_b`` more where all is blocked, and of what is left ``eps_s`` where nothing is settled (``apart``).

    >>> round(kept_work(0.1, 0.3, 0.5, 0.5, 0.2), 12), kept_work(0.8, 0.8, 1.0, 0.5, 0.2)
    (0.675, 0.0)
    """
    kept = 1.0 - eps0 - eps_b * block
    return (kept if kept > 0.0 else 0.0) * (1.0 - eps_s * apart)


def progress_gain(level: float, output: float, kept: float, size: float) -> float:
    """By how much half a stream at ``level`` rises by ``output`` hours, of which the share ``kept`` counts.

    At most to 1; a half of ``size`` 0 (h) is done. The rise is what is worked out, and not the difference of two
    levels: near ones leave little of its digits.

    >>> progress_gain(0.0, 10.0, 0.9, 90.0), progress_gain(0.75, 90.0, 0.9, 90.0), progress_gain(1.0, 0.0, 0.9, 0.0)
    (0.1, 0.25, 0.0)
    """
    if size <= 0.0:
        return 0.0
    gain = output * kept / size
    return min(gain, 1.0 - level)


def new_issues(
    iota: float, progressed: float, entangled: float, live: float, knowledge: float, chain_gap: float
) -> float:
    """Expected number of new issues: exceptions grow with work done × interdependence (Galbraith 1974).

    ``progressed`` in hours; ``entangled`` is one's summed interdependence over ``D_ref``; when ``live`` (0 or 1)
    ignorance and a chain that lags behind add to it (``chain_gap`` per week).

    >>> round(new_issues(0.03, 10.0, 1.0, 1.0, 0.5, 0.1), 12)
    0.625
    """
    by_work = iota * progressed * (c.ISSUES_ALONE + entangled)
    return by_work + live * (c.ISSUES_BY_IGNORANCE * (1.0 - knowledge) + chain_gap)


def won_over(anchor: float, brought: float, won: float, step: float) -> float:
    """What one holds of the project once an objection was answered: a ``step`` of the way to what answers can win.

    Answers can win the share ``won`` of what was missing from the conviction that one ``brought``, and no more.

    >>> round(won_over(0.3, 0.3, 0.5, 0.1), 12), won_over(0.8, 0.3, 0.5, 0.1)
    (0.335, 0.8)
    """
    most = brought + won * (1.0 - brought)
    return anchor + step * (most - anchor) if most > anchor else anchor


def opposition(objections: int) -> float:
    """How heavily open objections weigh on those who hear them, a share; half by one.

    >>> opposition(0), opposition(1), opposition(3)
    (0.0, 0.5, 0.75)
    """
    return objections / (objections + c.OPPOSED_HALF)


def willingness(conviction: float, expects: float, room: float, capacity: float) -> float:
    """Willingness to pick something up, a share: conviction × expectancy, less where a tenth of capacity is not free.

    >>> willingness(0.8, 0.5, 5.0, 100.0)
    0.2
    """
    if capacity <= 0.0:
        return 0.0
    free = room / (c.FREE_ENOUGH * capacity)
    return conviction * expects * (free if free < 1.0 else 1.0)


def own_pick_up(clarity: float, unheld: float, ownership: float) -> float:
    """How far an issue at one's own door is one's own: by role, by the diffused share ``unheld``, or by ownership.

    >>> own_pick_up(0.0, 0.25, 0.0), own_pick_up(1.0, 0.25, 0.0)
    (0.25, 1.0)
    """
    return 1.0 - (1.0 - (clarity + (1.0 - clarity) * unheld)) * (1.0 - ownership)


def neighbour_reach(contact: float) -> float:
    """How far a neighbour sees another's issue: somewhat without any contact, wholly where they meet (assumed).

    >>> neighbour_reach(0.0), neighbour_reach(1.0)
    (0.4, 1.0)
    """
    reach = c.REACH_APART + c.REACH_BY_CONTACT * contact
    return reach if reach < 1.0 else 1.0


def neighbours_pick_up(willing: float, clarity: float, unheld: float) -> float:
    """Rate per week at which neighbours take up another's issue: bystanders as a hazard (Darley & Latané 1968).

    ``willing`` sums their willingness, each neighbour's as far as the issue is in reach.

    >>> neighbours_pick_up(0.5, 0.0, 0.25), neighbours_pick_up(0.5, 1.0, 0.25)
    (0.125, 0.0)
    """
    return willing * (1.0 - clarity) * unheld


def partner_pick_up(mu_p: float, hours: float, h_ref: float) -> float:
    """Rate per week at which an outside partner with so many process ``hours`` a week answers issues (assumed).

    ``mu_p`` is reached at four times ``h_ref``.

    >>> partner_pick_up(0.3, 48.0, 12.0)
    0.3
    """
    return mu_p * hours / (c.PARTNER_FULL * h_ref)


def chance_within_week(hazard: float) -> float:
    """Chance that something with this hazard (per week) happens within the week: 1 − e^(−hazard).

    >>> chance_within_week(0.0)
    0.0
    """
    return 1.0 - math.exp(-hazard)


def taken_up(u: float, waiting: int, hazard: float) -> int:
    """How many of the issues, or objections, that are ``waiting`` are taken up this week, by the draw ``u`` in [0, 1).

    Nobody takes one up with chance e^(−n × hazard) ≥ 1 − n × hazard.

    >>> taken_up(0.4, 1, 0.5), taken_up(0.7, 1, 0.5), taken_up(0.99, 0, 0.5)
    (0, 1, 0)
    """
    if waiting <= 0 or u < 1.0 - waiting * hazard:
        return 0
    return binomial_quantile(u, waiting, chance_within_week(hazard))


# --- go-live and adoption (stage 6) --------------------------------------------------------------------


def process_quality(own: float, all_output: float, qloss: float) -> float:
    """Quality of the process by who made it: what others made for a department fits it less well.

    A department without process work of its own loses nothing.

    >>> process_quality(50.0, 100.0, 0.4), process_quality(0.0, 0.0, 0.4)
    (0.8, 1.0)
    """
    if all_output <= 0.0:
        return 1.0
    return 1.0 - qloss * (1.0 - own / all_output)


def adoption_gain(
    adoption: float,
    arranged: float,
    others: float,
    fit: float,
    workable: float,
    care: float,
    p_a: float,
    q_a: float,
    care0: float,
) -> float:
    """Weekly rise of use of the new way (form: Bass 1969), as a share of all work.

    One cannot use more than is ``arranged`` of the process. ``p_a`` is the pull of the thing itself and ``q_a`` that
    of ``others`` who use it, per week; ``fit`` (quality × skill) and what is ``workable``, neither blocked nor
    unsettled, decide what becomes of it. ``care`` is the share of the care hours that is given; without any, ``care0``
    of it is left.

    >>> round(adoption_gain(0.0, 1.0, 0.0, 1.0, 1.0, 1.0, 0.03, 0.2, 0.1), 12)
    0.03
    >>> adoption_gain(0.5, 0.4, 1.0, 1.0, 1.0, 1.0, 0.03, 0.2, 0.1)
    0.0
    """
    left = arranged - adoption if arranged > adoption else 0.0
    pull = p_a + q_a * others
    return left * pull * fit * workable * (care0 + (1.0 - care0) * care)


def adoption_loss(
    adoption: float, habit: float, overload: float, held: float, de_a: float, press: float, hold_z: float, strain: float
) -> float:
    """Weekly fall of use: slower with habit (Lally et al. 2010), faster under load, less where it is held.

    ``overload`` is load over available hours, which counts from ``strain`` on (form: Buchanan et al. 2005); ``held`` is
    responsibility × priority, ``de_a`` the rate per week; of it full habit prevents ``hold_z``.

    >>> round(adoption_loss(1.0, 0.0, 0.8, 0.0, 0.06, 1.0, 0.7, 0.9), 12)
    0.06
    """
    beyond = overload - strain if overload > strain else 0.0
    return adoption * de_a * (1.0 - hold_z * habit) * (1.0 + c.STRAIN * press * beyond) * (1.0 - held)


def debt(level: float, built: float, connections: float, debt_g: float, weight: float) -> float:
    """Technical debt after a week: grows with what is built (a share) and with each connection; at most 1.

    ``weight`` is 1 for a self-built platform, a tenth for a standard one (assumed).

    >>> round(debt(0.3, 0.1, 1.0, 0.25, 1.0), 12)
    0.355
    """
    grown = level + weight * (debt_g * built + c.DEBT_BY_CONNECTION * connections)
    return 1.0 if grown > 1.0 else grown


# --- slow states (stage 7) -----------------------------------------------------------------------------


def involvement(hours: float, requested: float, h_ref: float) -> float:
    """How far somebody is involved, a share: hours against what is requested, less below a sixth of ``h_ref``.

    >>> involvement(6.0, 12.0, 12.0), involvement(0.0, 0.0, 12.0)
    (0.5, 0.0)
    """
    if requested <= 0.0:
        return 0.0
    part = hours / requested
    enough = c.FULLY_IN * hours / h_ref
    return (part if part < 1.0 else 1.0) * (enough if enough < 1.0 else 1.0)


def ownership_routes(mandate: float, outsider: float, knowing: float, invested: float) -> float:
    """The three routes to psychological ownership: control, knowing, investing (Pierce, Kostova & Dirks 2003).

    ``outsider``: how far an outside partner decides instead (its substitution while engaged).

    >>> ownership_routes(1.0, 0.0, 1.0, 1.0), ownership_routes(0.9, 1.0, 0.0, 0.3)
    (1.0, 0.09999999999999999)
    """
    return (mandate * (1.0 - outsider) + knowing + invested) / c.ROUTES


def ownership(level: float, routes: float, priority: float, al_o: float, de_o: float) -> float:
    """Ownership grows along its ``routes`` by ``al_o`` a week, and fades by ``de_o`` where there is no priority.

    >>> round(ownership(0.5, 1.0, 1.0, 0.04, 0.03), 12)
    0.52
    """
    return level + al_o * routes * (1.0 - level) - de_o * (1.0 - priority) * level


def knowledge(
    level: float,
    involved: float,
    paired: float,
    adoption: float,
    lam_k: float,
    lam_t: float,
    de_k: float,
    pair0: float,
) -> float:
    """Knowledge grows by doing and by pairing (more, the more one knows: Cohen & Levinthal 1990), fades unused.

    ``paired`` is paired hours over ``h_ref``, at most 1; the rates ``lam_k`` (doing), ``lam_t`` (pairing) and ``de_k``
    (fading, less where the new way is in use) are per week; who knows nothing learns ``pair0`` of it by pairing.

    >>> round(knowledge(0.5, 1.0, 0.0, 0.0, 0.03, 0.06, 0.0, 0.3), 12)
    0.515
    """
    learnt = lam_k * involved * (1.0 - level) + lam_t * paired * (pair0 + level) * (1.0 - level)
    return clip(level + learnt - de_k * level * (1.0 - c.USE_KEEPS * adoption), 0.0, 1.0)


def priority_goal(base: float, by_visibility: float, by_role: float, anchored: float) -> float:
    """Where priority heads: each reason takes its share of what is left (noisy or).

    ``by_visibility`` = bV·V, ``by_role`` = bP·cQ, ``anchored`` = A where the board anchored it.

    >>> round(priority_goal(0.3, 0.0, 0.0, 0.5), 12)
    0.65
    """
    return 1.0 - (1.0 - base) * (1.0 - by_visibility) * (1.0 - by_role) * (1.0 - anchored)


def priority_after_shock(priority: float, sh_om: float, anchored: float) -> float:
    """Priority after the daily rush took over: what is anchored is protected (``anchored`` = A, else 0).

    >>> priority_after_shock(0.8, 0.5, 0.0), round(priority_after_shock(0.8, 0.5, 0.6), 12)
    (0.4, 0.64)
    """
    return priority * (sh_om + (1.0 - sh_om) * anchored)


def smoothed(level: float, value: float, rate: float) -> float:
    """Exponential smoothing of ``value``, by ``rate`` per week.

    >>> smoothed(0.0, 1.0, 0.25)
    0.25
    """
    return level + rate * (value - level)


def conviction(level: float, anchor: float, signal: float, eta_x: float, xi: float) -> float:
    """Conviction moves between what one brought (``anchor``) and the visible success (``signal``).

    ``xi`` is the weight of success, ``eta_x`` the speed per week (form: Friedkin & Johnsen 1990).

    >>> round(conviction(0.5, 0.8, 0.0, 0.05, 0.3), 12)
    0.503
    """
    return level + eta_x * ((1.0 - xi) * anchor + xi * signal - level)


def visibility(level: float, tau_v: float, source: float) -> float:
    """Visibility, how openly things are spoken of: fades in ``tau_v`` weeks and is fed by ``source`` (per week).

    The source is meeting, the board, and a partner who works along (form: Kuran 1995; Prentice & Miller 1993).

    >>> visibility(0.5, 5.0, 0.0), visibility(0.0, 8.0, 0.1)
    (0.4, 0.1)
    """
    return raised(level * (1.0 - 1.0 / tau_v), source)


def disheartened(conviction: float, opposed: float, eta_o: float) -> float:
    """Conviction after a week among open objections that nobody has answered (``opposed``, a share of contacts).

    >>> disheartened(0.8, 0.5, 0.1)
    0.76
    """
    return conviction * (1.0 - eta_o * opposed)


def faded_clarity(clarity: float, tau_c: float, anchored: float) -> float:
    """Clarity of a role that nobody refreshes: fades in ``tau_c`` weeks, slower where the board anchored it.

    >>> faded_clarity(0.8, 20.0, 0.0), round(faded_clarity(0.8, 20.0, 0.5), 12)
    (0.76, 0.78)
    """
    return clarity - clarity / tau_c * (1.0 - anchored)


def chance_of_leaving(p_leave: float, overload: float) -> float:
    """Chance that a key person leaves this week; ``overload`` is load over available hours.

    >>> chance_of_leaving(0.004, 0.8), round(chance_of_leaving(0.004, 1.5), 12)
    (0.004, 0.008)
    """
    return p_leave * (1.0 + c.LEAVING_BY_OVERLOAD * (overload - 1.0 if overload > 1.0 else 0.0))


# --- accounts (stage 8) --------------------------------------------------------------------------------


def idle_pay(granted: float, used: float) -> float:
    """Hours a week that are granted, so paid, and not used.

    >>> idle_pay(80.0, 30.0), idle_pay(80.0, 90.0)
    (50.0, 0.0)
    """
    return granted - used if granted > used else 0.0


def benefit(weekly: float, adoption: float, gam: float, chain_adoption: float) -> float:
    """Weekly benefit (€): a part ``gam`` of it comes only as far as the chain partners use it too.

    >>> benefit(1000.0, 0.5, 0.5, 0.0)
    250.0
    """
    return weekly * adoption * ((1.0 - gam) + gam * chain_adoption)


def overload_hours(load: float, claim: float, meetings: float, hours: float, available: float) -> float:
    """Hours beyond capacity, the other projects' standing claim (.2 × pull × capacity) counted.

    Who works to capacity, but for rounding, is not beyond it.

    >>> overload_hours(80.0, 10.0, 2.0, 12.0, 100.0), overload_hours(0.7, 0.0, 0.1, 0.2 + 1e-15, 1.0)
    (4.0, 0.0)
    """
    beyond = load + claim + meetings + hours - available
    return beyond if beyond > c.ROUNDING * available else 0.0
