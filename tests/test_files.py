"""Files: every mistake is told with file, line, path, what was given, what is legal and what to do."""

import copy
import math
import os
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulation import InputRefused, case, load
from simulation.study.build.merge import build
from simulation.study.build.validation import KINDS
from simulation.study.measures import MEASURES, Measures
from simulation.study.organisation import Department, Organisation, Project
from simulation.study.scenario import Given
from simulation.study.sources.files import parse, parse_data, resolved_yaml, scenario_folder
from simulation.study.sources.yaml_text import FAULTS
from simulation.system.limits import LIMITS
from simulation.text.i18n import phrases

HERE = Path(__file__).parent / "scenarios"
INVALID = sorted((HERE / "invalid").glob("*.yaml"))
VALID = sorted((HERE / "valid").glob("*.yaml"))
EVERY_KEY = (HERE / "valid" / "every-key.yaml").read_text(encoding="utf-8")
CASE = scenario_folder().joinpath("case.yaml").read_text(encoding="utf-8")
FOR_NO_READER = (
    "Traceback",
    "pydantic",
    "ruamel",
    "libyaml",
    "Value error",
    "Input should",
    "<class",
    "Error",
    "None",
    "tuple[",
    "{given}",
    "ordereddict",
)

# A pattern for each problem of each file, in the order in which they are told. What is in square brackets in
# a message is escaped; a point stands for itself.
EXPECTED = {
    "ad-hoc": [r"line 13, parameters.ad_hoc: `ad_hoc` is no parameter any more: .*hand-offs.*Remove it"],
    "alias": [r"line 6: the anchor or alias 'it' \(a word after \* or &\) is not allowed.*extends"],
    "at-sign": [r"line 3: nothing can begin with @ here.*between quotes"],
    "backslash": [r"line 3: a backslash between double quotes has a meaning of its own.*single quotes"],
    "benefit-of-chain": [
        r"line 8, organisation.departments.Wholesaler.benefit: "
        r"a chain partner's own benefit \(500\) is not part of your accounts.*Remove it",
    ],
    "benefit-with-euro": [
        r"line 6, organisation.departments.Sales.benefit: '€ 1000' is not a number.*0.8, not 80 %",
    ],
    "benefit-with-thousands": [
        r"line 9, organisation.departments.Sales.benefit: '1.000,00' is not a number.*0.8, not 80 %",
    ],
    "billion-laughs": [r"line 3: the anchor or alias 'a' \(a word after \* or &\) is not allowed.*extends"],
    "board-hours-too-many": [
        r"line 15, measures.anchor_in_strategy.board_hours: "
        r"521 is more than the 168 hours that a week has, and this is about one person.*Lower it",
    ],
    "bracket-open": [
        r"line 10: the brackets that begin here do not match, or a comma is missing or too many.*"
        r"Close each \[ with \]",
    ],
    "bracket-too-many": [
        r"line 7: the brackets that begin here do not match, or a comma is missing or too many.*"
        r"Close each \[ with \]",
    ],
    "capacity-empty": [
        r"line 9, organisation.departments.Finance.capacity: there is a key here without a value.*"
        r"Fill it in",
    ],
    "capacity-huge": [
        r"line 7, organisation.departments.Finance.capacity: 9{30}… is larger than any number.*"
        r"Write an ordinary number",
    ],
    "capacity-in-words": [
        r"line 7, organisation.departments.Finance.capacity: 'sixty' is not a number.*0.8, not 80 %",
    ],
    "capacity-missing": [r"line 7, organisation.departments.Finance.capacity: `capacity` is missing.*Add `"],
    "capacity-negative": [
        r"line 7, organisation.departments.Finance.capacity: "
        r"-60 is too small: at least 0 is legal here.*Raise it",
    ],
    "capacity-true": [
        r"line 7, organisation.departments.Finance.capacity: true is not a number.*0.8, not 80 %",
    ],
    "capacity-with-quotes": [
        r"line 7, organisation.departments.Finance.capacity: '60' is not a number.*0.8, not 80 %",
    ],
    "capacity-with-unit": [
        r"line 7, organisation.departments.Finance.capacity: '60 h' is not a number.*0.8, not 80 %",
    ],
    "colon-in-text": [r"line 3: a colon stands here where none is expected.*between quotes"],
    "colon-missing": [r"line 13: this line has no colon followed by a space.*Write `key: value`"],
    "comma-missing": [
        r"line 7: the brackets that begin here do not match, or a comma is missing or too many.*"
        r"Close each \[ with \]",
    ],
    "comments-only": [r": the file is empty.*synergy show case it-only"],
    "control-character": [
        r"line 7: there is an invisible character \(U\+0002, CONTROL CHARACTER\) on this line.*Remove it"
    ],
    "dash-for-nothing": [r"line 10: a dash stands where a value is expected.*Leave the key out"],
    "decimal-comma-in-braces": [
        r"line 7, organisation.departments.Finance: the key 8 is not a name.*between quotes",
    ],
    "decimal-comma-in-tie": [
        r"line 11, organisation.interdependence\[2\]: \['Sales', 'Finance', 0, 4\] is not a tie.*"
        r"\[one department, another, strength\]",
    ],
    "decimal-comma": [r"line 10, organisation.departments.Finance.voice: '0,8' is not a number.*0.8, not 80 %"],
    "dedicated-beyond-capacity": [
        r"line 14, measures.dedicate_hours.hours: 120 hours a week are dedicated at IT, which has 100.*Dedicate fewer",
    ],
    "dedicated-in-chain": [
        r"line 14, measures.dedicate_hours.departments\[1\]: hours are dedicated at 'Wholesaler', a chain partner.*"
        r"Name departments of your own",
    ],
    "dedicated-misspelt": [
        r"line 14, measures.dedicate_hours.departments\[2\]: 'Finanse' is not a department.*Nearest: Finance",
    ],
    "department-is-number": [
        r"line 7, organisation.departments.Finance: 60 stands where keys with values are expected.*"
        r"`key: value`",
    ],
    "department-twice": [
        r"line 8, organisation.departments: "
        r"the key 'Sales' stands here a second time; the first is on line 6.*Keep one",
    ],
    "departments-as-list": [
        r"line 4, organisation.departments: "
        r"\[\{'name': 'IT', 'kind': 'it'.*… stands where keys with values are expected.*"
        r"`key: value`",
    ],
    "departments-empty": [
        r"line 4, organisation.departments: `departments` is missing or empty.*synergy show case",
    ],
    "departments-missing": [
        r"line 3, organisation.departments: `departments` is missing or empty.*synergy show case",
    ],
    "difference-misspelt": [
        r"line 19, scenarios.it-only.organisation.departments.Finanse: 'Finanse' is not a department.*"
        r"Nearest: Finance.*Finance, IT, Sales, Wholesaler",
    ],
    "digits-of-another-script": [
        r"line 7, organisation.departments.Finance.capacity: '٦٠' is not a number.*the digits 0 to 9 only",
    ],
    "empty": [r": the file is empty.*synergy show case it-only"],
    "ends-before-default-start": [
        r"line 17, scenarios.roles.measures.wide_forum.end: "
        r"the measure ends in week 5, before it starts in week 8.*Give an end week",
    ],
    "ends-before-start": [
        r"line 17, scenarios.roles.measures.assign_roles.end: "
        r"the measure ends in week 10, before it starts in week 20.*Give an end week",
    ],
    "exclamation-mark": [r"line 3: nothing can begin with ! here.*between quotes"],
    "extends-circle": [
        r"line 16, scenarios.it-only.extends: `extends` runs in a circle: it-only → roles → it-only.*"
        r"stand on its own",
    ],
    "extends-itself": [
        r"line 17, scenarios.roles.extends: `extends` runs in a circle: roles → roles.*"
        r"stand on its own",
    ],
    "extends-misspelt": [
        r"line 17, scenarios.roles.extend: 'extend' is not a key.*"
        r"extends, title, description, organisation, pr.*Nearest: extends",
    ],
    "extends-two": [r"line 17, scenarios.roles.extends: `extends` names \['it-only', 'roles'\].*it-only"],
    "extends-unknown": [
        r"line 17, scenarios.roles.extends: `extends` names 'it-onyl'.*Nearest: it-only.*it-only",
    ],
    "extra-hours-misspelt": [
        r"line 15, measures.extra_hours.departments\[2\]: 'Purchasing' is not a department.*"
        r"IT, Sales, Finance, Wholesaler",
    ],
    "fee-negative": [
        r"line 17, scenarios.roles.measures.external_partner.fee: "
        r"-140 is too small: at least 0 is legal here.*Raise it",
    ],
    "five-mistakes": [
        r"line 7, organisation.departments.Finance.capacity: "
        r"-60 is too small: at least 0 is legal here.*Raise it",
        r"line 11, organisation.interdependence\[2\]: 'Finence' is not a department.*"
        r"Nearest: Finance.*Finance, IT, Sales, Wholesaler",
        r"line 12, project.budget: 'budget' is not a key.*"
        r"start, horizon, connections_per_week, connect",
        r"line 14, measures.assign_roles.start: 0 is too small: at least 1 is legal here.*Raise it",
        r"line 17, scenarios.roles.extends: `extends` names 'nothing'.*it-only",
    ],
    "format-3": [r"line 2, synergy: the file format is 3; this software reads 1 and 2.*Write `synergy: 2`"],
    "format-missing": [r"synergy: the file does not say in which format it is.*Write `synergy: 2`"],
    "horizon-differs": [
        r"line 17, scenarios.far.project.horizon: "
        r"this scenario looks 156 weeks ahead, the others 104.*set the horizon once",
    ],
    "horizon-too-far": [r"line 12, project.horizon: 1040 is too large: at most 520 is legal here.*Lower it"],
    "hours-negative-never-on": [
        r"line 15, measures.technicians.hours: -36 is too small: at least 0 is legal here.*Raise it",
    ],
    "html": [
        r": "
        r"a study begins with keys such as `organisation:` and `scenarios:`, not with '<!DOCTYPE html>'.*"
        r"copy of the case",
    ],
    "indentation": [
        r"line 9: this line does not begin right below the lines it belongs with.*"
        r"same number of spaces",
    ],
    "infinite": [
        r"line 7, organisation.departments.Finance.capacity: inf is not a finite number.*"
        r"Write an ordinary number",
    ],
    "interdependence-misspelt": [
        r"line 9, organisation.interdependance: 'interdependance' is not a key.*"
        r"interdependence, name, departments, informal_.*Nearest: interdependence",
    ],
    "it-frame-of-it": [
        r"line 5, organisation.departments.IT.it_frame: for IT this follows from the parameter `acc`.*"
        r"Remove it",
    ],
    "keep-maybe": [
        r"line 17, scenarios.roles.measures.cross_functional_team.keep_after_go_live: "
        r"'maybe' is not a switch.*Write on or off",
    ],
    "key-in-braces": [r"line 16, scenarios: the key \{…\} is not a name.*between quotes"],
    "key-misspelt": [
        r"line 7, organisation.departments.Finance.capcity: 'capcity' is not a key.*"
        r"capacity, kind, label, hourly_rate, benefit, .*Nearest: capacity",
    ],
    "kind-in-capitals": [
        r"line 5, organisation.departments.IT.kind: 'IT' is not one of the words.*"
        r"it, business, chain.*Nearest: it",
    ],
    "kind-missing": [r"line 7, organisation.departments.Finance.kind: `kind` is missing.*Add `"],
    "kind-unknown": [
        r"line 7, organisation.departments.Finance.kind: 'supplier' is not one of the words.*"
        r"it, business, chain",
    ],
    "latin-1": [r"line 5: the byte 0xeb is not UTF-8 text.*Save the file as UTF-8"],
    "list": [
        r": "
        r"a study begins with keys such as `organisation:` and `scenarios:`, not with \['IT', 'Sales'\].*"
        r"copy of the case",
    ],
    "load-above-one": [
        r"line 7, organisation.departments.Finance.workload: "
        r"1.5 is too large: at most 1.2 is legal here.*0.8, not as 80",
    ],
    "load-as-percentage-points": [
        r"line 7, organisation.departments.Finance.workload: "
        r"150 is too large: at most 1.2 is legal here.*0.8, not as 80",
    ],
    "load-percent": [
        r"line 7, organisation.departments.Finance.workload: '150%' is not a number.*0.8, not 80 %",
    ],
    "long-line": [r"line 3: the line is longer than 20 000 characters.*Break it up"],
    "markdown-fence": [
        r": a study begins with keys such as `organisation:` and `scenarios:`, not with '```yaml'.*"
        r"copy of the case",
    ],
    "measure-as-list": [
        r"line 17, scenarios.roles.measures: "
        r"\['assign_roles', 'wide_forum'\] stands where keys with values are expected.*`key: value`",
    ],
    "measure-on-at-top": [
        r"line 14, measures.assign_roles: "
        r"'on' stands where the file only says how a measure is carried out.*in a scenario",
    ],
    "measure-setting-misspelt": [
        r"line 17, scenarios.roles.measures.external_partner.substitusion: "
        r"'substitusion' is not a key.*substitution, start, end, weeks, hours, tech_.*"
        r"Nearest: substitution",
    ],
    "measure-true-please": [
        r"line 17, scenarios.roles.measures.assign_roles: "
        r"'true please' is neither a switch nor settings.*Write on, off, or settings",
    ],
    "measure-unknown": [
        r"line 17, scenarios.roles.measures.assign_role: 'assign_role' is not a measure.*"
        r"Nearest: assign_roles.*assign_roles, name_the_elephant, cross_functi",
    ],
    "measure-yes": [
        r"line 17, scenarios.roles.measures.assign_roles: 'yes' is neither a switch nor settings.*"
        r"Write on, off, or settings",
    ],
    "show-unknown": [
        r"line 3, show\[2\]: there is no scenario 'rolls'.*Nearest: roles.*Scenarios are: roles, it-only",
    ],
    "show-twice": [
        r"line 3, show\[2\]: the scenario 'roles' is named twice. Name it once",
    ],
    "show-as-text": [
        r"line 3, show: 'roles' stands where a list is expected.*Write \[one, another\]",
    ],
    "show-empty": [
        r"line 3, show: this is empty. Name at least one, or leave the key out",
    ],
    "members-empty": [
        r"line 17, scenarios.roles.measures.cross_functional_team.members: this is empty.*"
        r"Name at least one",
    ],
    "members-without-list": [
        r"line 17, scenarios.roles.measures.cross_functional_team.members: "
        r"'Sales' stands where a list is expected.*Write \[one, another\]",
    ],
    "merge-key": [
        r"line 7, organisation.departments.Finance.kind: `kind` is missing.*Add `",
        r"line 7, organisation.departments.Finance.<<: '<<' is not a key.*"
        r"kind, capacity, label, hourly_rate, benefit, ",
    ],
    "name-ends-with-space": [
        r"line 7, organisation.departments.Finance : the name 'Finance ' begins or ends with a space.*"
        r"Remove it",
    ],
    "name-inside": [
        r"line 8, organisation.departments.Wholesaler.name: 'name' is not a key.*"
        r"kind, capacity, label, hourly_rate, benefit, ",
    ],
    "name-is-number": [r"line 8, organisation.departments: the key 2025 is not a name.*between quotes"],
    "name-of-spaces": [
        r"line 8, organisation.departments.'   ': "
        r"'   ' cannot be a name: 1 to 300 visible characters on one line",
    ],
    "name-on-two-lines": [
        r"line 8, organisation.departments.'Whole\\nsaler': "
        r"'Whole\\nsaler' cannot be a name: 1 to 300 visible characters on one line",
    ],
    "name-right-to-left": [
        r"line 8, organisation.departments.'Whole\\u202esaler': the name 'Whole\\u202esaler' holds "
        r"a character that cannot be seen: U\+202E \(RIGHT-TO-LEFT OVERRIDE\).*Type the name again",
    ],
    "name-with-joiner": [
        r"line 8, organisation.departments.'Whole\\u200dsaler': the name 'Whole\\u200dsaler' holds "
        r"a character that cannot be seen: U\+200D \(ZERO WIDTH JOINER\).*Type the name again",
    ],
    "names-look-alike": [
        r"line 8, organisation.departments.SALES: the name 'SALES' looks like 'Sales' on line 6: .*Give one of the two",
    ],
    "number-too-close-to-0": [
        r"line 7, organisation.departments.Finance.capacity: 1e-400 is too close to 0 to be told from it.*Write 0, or",
    ],
    "name-too-long": [
        r"line 8, organisation.departments.'W+…: 'W+… cannot be a name: 1 to 300 visible characters on one line",
    ],
    "nested-deep": [r"line 7: this is nested more than 12 levels deep.*brackets"],
    "no-business": [
        r"line 4, organisation.departments: there is no department with `kind: business`.*"
        r"Add at least one",
    ],
    "no-it": [r"line 4, organisation.departments: there is no department with `kind: it`.*Add one"],
    "no-space-after-colon": [r"line 9: a colon stands here where none is expected.*between quotes"],
    "not-a-number": [
        r"line 7, organisation.departments.Finance.capacity: nan is not a finite number.*"
        r"Write an ordinary number",
    ],
    "nul": [r": this is not a text file.*Name a YAML file"],
    "organisation-missing": [r"organisation: `organisation` is missing or empty.*synergy show case"],
    "parameter-d-ref-zero": [
        r"line 13, parameters.D_ref: 0 is outside what this parameter can be: 0.01 … 1000.*Choose a value within",
    ],
    "parameter-fidelity-above-one": [
        r"line 13, parameters.fid: 1.2 is outside what this parameter can be: 0 … 1.*Choose a value within",
    ],
    "parameter-in-words": [r"line 14, parameters.t: 'high' is not a number.*0.8, not 80 %"],
    "parameter-low-above-high": [
        r"line 14, parameters.t: low, value and high must rise; given is 1.2 … 0.8 … 0.5.*in order",
    ],
    "parameter-out-of-bounds": [
        r"line 14, parameters.t: 99 is outside what this parameter can be: 0 … 10.*Choose a value",
    ],
    "parameter-range-out-of-bounds": [
        r"line 14, parameters.x0.low: -0.2 is outside what this parameter can be: 0 … 1.*"
        r"Choose a value",
        r"line 14, parameters.x0.high: 1.4 is outside what this parameter can be: 0 … 1.*"
        r"Choose a value",
    ],
    "parameter-unknown": [r"line 14, parameters.h_reff: 'h_reff' is not a parameter.*Nearest: h_ref"],
    "parameter-without-value": [r"line 14, parameters.t.value: `value` is missing.*Add `"],
    "picture": [r": this is not a text file.*Name a YAML file"],
    "platform-kind-unknown": [
        r"line 17, scenarios.roles.measures.platform.kind: 'selfbuilt' is not one of the words.*"
        r"self-built, standard.*Nearest: self-built",
    ],
    "platform-off": [
        r"line 17, scenarios.roles.measures.platform: there is always a platform.*\{kind: self-built\}",
    ],
    "process-work-of-it": [
        r"line 5, organisation.departments.IT.process_work: "
        r"IT has no process work of its own in this model \(50 h given\).*Remove it",
    ],
    "project-key-unknown": [
        r"line 12, project.budget: 'budget' is not a key.*"
        r"start, horizon, connections_per_week, connect",
    ],
    "project-starts-after-horizon": [
        r"line 12, project.start: it starts in week 110, after the last week 104.*Start it earlier",
    ],
    "push-above-one": [
        r"line 14, measures.push_go_live.process: 1.5 is too large: at most 1 is legal here.*0.8, not as 80",
    ],
    "push-percent": [r"line 14, measures.push_go_live.process: '150 %' is not a number.*0.8, not 80 %"],
    "quote-in-quotes": [r"line 3: the quotes here or just above do not match.*Close each one"],
    "quote-open": [r"line 3: the quotes here or just above do not match.*Close each one"],
    "retired-before-go-live": [
        r"line 14, measures.retire_old_way.weeks_after_go_live: -1 is too small: at least 0 is legal here.*Raise it",
    ],
    "role-holder-misspelt": [
        r"line 17, scenarios.roles.measures.assign_roles.progress\[1\]: 'Salse' is not a department.*"
        r"Nearest: Sales.*Sales, IT, Finance, Wholesaler",
    ],
    "role-holder-without-list": [
        r"line 17, scenarios.roles.measures.assign_roles.progress: "
        r"'Sales' is neither a switch nor a list.*a list of departments",
    ],
    "scenario-is-text": [
        r"line 16, scenarios.it-only: 'nothing happens' stands where keys with values are expected.*"
        r"`key: value`",
    ],
    "scenario-name-ends-with-space": [
        r"line 17, scenarios.wait : the name 'wait ' begins or ends with a space.*Remove it",
    ],
    "scenario-twice": [
        r"line 18, scenarios: the key 'roles' stands here a second time; the first is on line 17.*"
        r"Keep one",
    ],
    "scenarios-as-list": [
        r"line 15, scenarios: \['it-only', 'roles'\] stands where keys with values are expected.*"
        r"`key: value`",
    ],
    "scenarios-empty": [r"line 15, scenarios: `scenarios` is missing or empty.*synergy show case"],
    "scenarios-missing-and-more": [
        r"scenarios: `scenarios` is missing or empty.*synergy show case",
        r"line 7, organisation.departments.Finance.capacity: "
        r"-60 is too small: at least 0 is legal here.*Raise it",
    ],
    "scenarios-missing": [r"scenarios: `scenarios` is missing or empty.*synergy show case"],
    "star-as-bullet": [r"line 10: nothing can begin with \* here.*between quotes"],
    "star-in-text": [r"line 3: the anchor or alias 'new\*' \(a word after \* or &\) is not allowed.*extends"],
    "starts-after-horizon": [
        r"line 17, scenarios.roles.measures.assign_roles.start: "
        r"it starts in week 120, after the last week 104.*Start it earlier",
    ],
    "tab-within-line": [r"line 7: there is a tab on this line.*two spaces"],
    "tabs": [r"line 16: there is a tab on this line.*two spaces"],
    "team-member-misspelt": [
        r"line 17, scenarios.roles.measures.cross_functional_team.members\[2\]: "
        r"'Finnance' is not a department.*Nearest: Finance.*Finance, IT, Sales, Wholesaler",
    ],
    "ten-mistakes": [
        r"line 2, synergy: the file format is 3; this software reads 1 and 2.*Write `synergy: 2`",
        r"line 5, organisation.departments.IT.capcity: 'capcity' is not a key.*"
        r"capacity, kind, label, hourly_rate, benefit, .*Nearest: capacity",
        r"line 6, organisation.departments.Sales.capacity: '80 h' is not a number.*0.8, not 80 %",
        r"line 8, organisation.departments.Wholesaler.benefit: "
        r"a chain partner's own benefit \(5\) is not part of your accounts.*Remove it",
        r"line 10, organisation.interdependence\[1\]: 'Sals' is not a department.*Nearest: Sales.*"
        r"Sales, IT, Finance, Wholesaler",
        r"line 11, organisation.interdependence\[2\]: 4 is too large: at most 1 is legal here.*"
        r"0.8, not as 80",
        r"line 12, project.horizon: 104.5 is not a whole number.*such as 8",
        r"line 13, parameters.nosuch: 'nosuch' is not a parameter",
        r"line 13, parameters.t: 99 is outside what this parameter can be: 0 … 10.*Choose a value",
        r"line 18, scenarios.roles.measures.wide_forum: 'perhaps' is neither a switch nor settings.*"
        r"Write on, off, or settings",
        r"line 18, scenarios.roles.measures.assign_roles.end: "
        r"the measure ends in week 3, before it starts in week 8.*Give an end week",
    ],
    "tie-as-text": [
        r"line 11, organisation.interdependence\[2\]: 'Sales - Finance' is not a tie.*"
        r"\[one department, another, strength\]",
    ],
    "tie-from-to": [
        r"line 11, organisation.interdependence\[2\]: "
        r"\{'from': 'Sales', 'to': 'Finance'\} is not a tie.*\[one department, another, strength\]",
    ],
    "tie-in-words": [r"line 11, organisation.interdependence\[2\]: 'strong' is not a number.*0.8, not 80 %"],
    "tie-misspelt": [
        r"line 11, organisation.interdependence\[2\]: 'Finence' is not a department.*"
        r"Nearest: Finance.*Finance, IT, Sales, Wholesaler",
    ],
    "tie-of-four": [
        r"line 11, organisation.interdependence\[2\]: "
        r"\['Sales', 'Finance', 'Wholesaler', 0.4\] is not a tie.*"
        r"\[one department, another, strength\]",
    ],
    "tie-of-one": [
        r"line 11, organisation.interdependence\[2\]: \['Sales'\] is not a tie.*"
        r"\[one department, another, strength\]",
    ],
    "tie-other-case": [
        r"line 11, organisation.interdependence\[2\]: 'SALES' is not a department.*Nearest: Sales.*"
        r"Sales, IT, Finance, Wholesaler",
    ],
    "tie-too-strong": [
        r"line 11, organisation.interdependence\[2\]: 5 is too large: at most 1 is legal here.*"
        r"0.8, not as 80",
    ],
    "tie-twice": [
        r"line 12, organisation.interdependence\[3\]: "
        r"Finance – Sales stands here a second time; a tie counts both ways.*Keep one",
    ],
    "tie-with-itself": [
        r"line 11, organisation.interdependence\[2\]: 'Sales' is tied to itself.*Remove the tie",
    ],
    "ties-as-mapping": [
        r"line 9, organisation.interdependence: "
        r"\{'IT': 'Sales', 'Sales': 'Finance'\} stands where a list is expected.*"
        r"Write \[one, another\]",
    ],
    "title-in-no-language": [
        r"line 3, title.english: 'english' is not the code of a language.*two or three letters",
        r"line 3, title.Dutch: 'Dutch' is not the code",
    ],
    "title-is-number": [r"line 3, title: 2025 is not text.*between quotes"],
    "title-too-long": [r"line 3, title: this text is longer than 5000 characters.*Shorten it"],
    "top-key-misspelt": [
        r"line 15, scenarioss: 'scenarioss' is not a key.*"
        r"scenarios, synergy, title, description, organ.*Nearest: scenarios",
    ],
    "trait-in-words": [
        r"line 7, organisation.departments.Finance.conviction: 'high' is not a number.*0.8, not 80 %",
    ],
    "trait-range-unknown": [
        r"line 7, organisation.departments.Finance.conviction.value: `value` is missing.*Add `",
        r"line 7, organisation.departments.Finance.conviction.low: 'low' is not a key.*"
        r"value, plus_minus",
        r"line 7, organisation.departments.Finance.conviction.high: 'high' is not a key.*"
        r"value, plus_minus",
    ],
    "two-documents": [r"line 18: a second document begins here \(after `---` or `...`\).*two files"],
    "two-it": [
        r"line 4, organisation.departments: "
        r"there must be exactly one department with `kind: it`; there are 2 \(IT, Finance\).*"
        r"to business",
    ],
    "utf-16": [r"line 1: the byte 0xff is not UTF-8 text.*Save the file as UTF-8"],
    "week-600": [
        r"line 14, measures.assign_roles.start: 600 is too large: at most 520 is legal here.*Lower it",
    ],
    "week-and-a-half": [r"line 14, measures.assign_roles.start: 8.5 is not a whole number.*such as 8"],
    "week-as-date": [r"line 14, measures.assign_roles.start: '2025-03-01' is not a whole number.*such as 8"],
    "week-in-words": [r"line 14, measures.assign_roles.start: 'eight' is not a whole number.*such as 8"],
    "week-zero": [r"line 14, measures.assign_roles.start: 0 is too small: at least 1 is legal here.*Raise it"],
    "word": [
        r": a study begins with keys such as `organisation:` and `scenarios:`, not with 'synergy'.*"
        r"copy of the case",
    ],
}


def refusal(text, **more):
    with pytest.raises(InputRefused) as caught:
        parse(text, **more)
    return caught.value


def sound(told):
    return not [word for word in FOR_NO_READER if word in told]


# --- mistakes ------------------------------------------------------------------------------------------


def test_every_invalid_file_is_expected():
    assert sorted(path.stem for path in INVALID) == sorted(EXPECTED)
    assert len(INVALID) >= 50


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_a_mistake_is_told(path):
    patterns = EXPECTED[path.stem]
    where = re.escape(str(path))
    with pytest.raises(InputRefused, match=f"^{where}(, )?{patterns[0]}") as caught:
        load(str(path))
    lines = str(caught.value).split("\n")
    assert len(lines) == len(patterns)
    for line, pattern in zip(lines, patterns, strict=True):
        assert re.search(f"^{where}(, )?{pattern}", line)
        assert sound(line)
        assert line.endswith((".", "?"))


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_a_mistake_is_told_in_dutch(path):
    with pytest.raises(InputRefused) as caught:
        load(str(path))
    english, dutch = caught.value.told("en").split("\n"), caught.value.told("nl").split("\n")
    assert len(dutch) == len(english)
    for one, other in zip(english, dutch, strict=True):
        assert one != other
        assert sound(other)
        assert ": empty " not in other
        assert re.findall(r"line (\d+)", one)[:1] == re.findall(r"regel (\d+)", other)[:1]


def test_every_problem_has_words():
    for key in {key for _, key, _ in FAULTS} | set(KINDS.values()):
        assert f"problem.{key}" in phrases("en")


def test_all_mistakes_are_listed_in_the_order_of_the_file():
    for name, count in (("five-mistakes", 5), ("ten-mistakes", 11)):
        with pytest.raises(InputRefused) as caught:
            load(str(HERE / "invalid" / f"{name}.yaml"))
        lines = [one.line for one in caught.value.problems]
        assert len(lines) == count
        assert lines == sorted(lines)


def test_a_mistake_is_told_once_however_many_scenarios_share_it():
    text = CASE.replace("IT: {kind: it, capacity: 288", "IT: {kind: it, capacity: -288")
    assert len(refusal(text).problems) == 1


def test_more_mistakes_than_anybody_reads_are_counted():
    ties = "".join(f"    - [IT, Nobody{i}]\n" for i in range(300))
    text = EVERY_KEY.replace("  informal_ties:\n", f"  informal_ties:\n{ties}")
    problems = refusal(text).problems
    assert len(problems) == LIMITS.problems + 1
    assert problems[-1].told() == "study: and 200 more. Correct these first, then check the file again."


def test_keys_that_stand_there_twice_are_counted():
    problems = refusal(EVERY_KEY + "synergy: 2\n" * 300).problems
    assert len(problems) <= LIMITS.problems + 1
    told = "\n".join(one.told() for one in problems)
    assert "(99 times)" in told
    assert "and 200 more" in told


SMALL = """synergy: 2
organisation:
  departments:
    IT: {kind: it, capacity: 80}
    Shop: {kind: business, capacity: 80}
scenarios: {base: {}}
"""


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("scenarios: {base: {}}\n", "scenarios: {base: {}}\n...\nmore\n"), "line 8: what stands above is whole"),
        ((SMALL, "[organisation]\nx = 1\n"), "line 2: what stands above is whole"),
        (("Shop:", "x" * 1_100 + ":"), "line 5: the key on this line is longer than YAML takes"),
        (
            ("    Shop:", "\u00a0\u00a0\u00a0\u00a0Shop:"),
            r"line 5: this line begins with .*\(U\+00A0, NO-BREAK SPACE\)",
        ),
        (("synergy: 2\n", "synergy: 2\ntitle: [a]\n"), r"line 2, title: \['a'\] is not text. Write a text"),
        (("synergy: 2\n", "synergy: 2\ntitle: {a: b}\n"), r"line 2, title.a: 'a' is not the code of a language"),
        (("{base: {}}", "{base: {organisation: {informal_ties: [~]}}}"), "this entry of the list is empty"),
        (("IT:", "1:"), "line 4, organisation.departments: the key 1 is not a name"),
        (("Shop:", "~:"), "the key null is not a name"),
        (("Shop:", "1e3:"), "the key 1000 is not a name"),
        (("capacity: 80}", "capacity: 1e400}"), "1e400 is larger than any number that can be kept"),
        (("capacity: 80}", "capacity: -1e-320}"), "-1e-320 is too close to 0"),
        (("capacity: 80}", "capacity: 1e15}"), "1000000000000000 is too large: at most 1000000 is legal"),
        (
            ("scenarios:", '  interdependence: [[IT, "Sh\\u200bop"]]\nscenarios:'),
            r"the name .* holds a character that cannot be seen",
        ),
    ],
)
def test_a_mistake_is_told_once_with_its_cause(change, says):
    refused = refusal(SMALL.replace(*change, 1))
    assert re.search(says, str(refused))
    assert str(refused).count("\n") == 0
    assert sound(str(refused))
    assert refused.told("nl") != str(refused)


def test_all_keys_that_stand_there_twice_are_told():
    text = EVERY_KEY.replace("synergy: 2\n", "synergy: 2\nsynergy: 3\n").replace(
        "  t: 0.8\n", "  t: 0.8\n  t: 99\n  tt: 1\n"
    )
    told = str(refusal(text)).split("\n")
    assert len(told) == 3
    assert "line 3: the key 'synergy' stands here a second time; the first is on line 2" in told[0]
    assert "parameters: the key 't' stands here a second time" in told[1]
    assert "'tt' is not a parameter" in told[2]


def test_what_a_mistake_says_cannot_be_filled_in_itself():
    text = EVERY_KEY.replace("projects: 2\n", "projects: '{limit} {0} %s'\n")
    assert "'{limit} {0} %s' is not a number" in str(refusal(text))


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("a: " + "x" * 10_000_000, "the file is larger than 1 000 000 bytes.*right file"),
        ("k" * 10_000_000 + ": 1", "the file is larger than 1 000 000 bytes"),
        ("a: " + "[" * 15_000, "line 1: this is nested more than 12 levels deep"),
        ("\n".join("a: [[[[[" for _ in range(10_000)), "line 3: this is nested more than 12 levels deep"),
        ("a: [" + "[\n" * 100_000, "line 11: this is nested more than 12 levels deep"),
        ("{" * 10_000, "line 1: the key {…} is not a name"),
        ("- " * 9_000, "line 1: this is nested more than 12 levels deep"),
        ("synergy: 2\ntitle: " + "x" * 999_900, "line 2: the line is longer than 20 000 characters"),
        ("synergy: 2\n" + "x" * 19_000 + ": 1\n", "line 2: the key on this line is longer than YAML takes"),
        ("0x" + "f" * 19_000, "not with inf"),
    ],
    ids=["value", "key", "brackets", "broken", "lines", "braces", "dashes", "line", "long key", "number"],
)
def test_files_that_could_make_work(tmp_path, text, pattern):
    path = tmp_path / "large.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputRefused, match=f"^{re.escape(str(path))}.*{pattern}") as caught:
        load(str(path))
    assert len(str(caught.value)) < 1_000


def test_a_file_that_is_a_folder(tmp_path):
    with pytest.raises(InputRefused, match=r"this is a folder, not a file\. Name a YAML file in it"):
        load(str(tmp_path))


@pytest.mark.skipif(os.name == "nt", reason="Windows has other devices")
def test_a_device_is_no_file():
    with pytest.raises(InputRefused, match=r"'/dev/zero' is a device.*Name a file"):
        load("/dev/zero")


@pytest.mark.parametrize("name", ["nowhere.yaml", "cas", "nowhere/at/all.yaml"])
def test_a_file_that_is_not_there(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputRefused, match=f"{name}: there is no such file.*What comes along: case"):
        load(name)


@pytest.mark.parametrize("name", ["x" * 5_000, "x" * 5_000 + ".yaml", "a\0b.yaml", "file.yaml/more.yaml"])
def test_a_name_that_no_file_can_have(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file.yaml").touch()
    with pytest.raises(InputRefused, match=r"the file cannot be read|there is no such file"):
        load(name)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_one_may_not_read(tmp_path):
    path = tmp_path / "secret.yaml"
    path.write_text(EVERY_KEY, encoding="utf-8")
    path.chmod(0)
    with pytest.raises(InputRefused, match=r"the file cannot be read \(Permission denied\)"):
        load(str(path))


def test_a_file_of_ones_own_comes_before_the_case_and_a_folder_does_not(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("case").mkdir()
    assert load("case").digest() == case().digest()
    Path("case").rmdir()
    Path("case").write_text(EVERY_KEY, encoding="utf-8")
    assert load("case").title.en == "Everything"


def test_nothing_at_all():
    assert str(refusal("")) == str(refusal("---\n")) == str(refusal("# a\n")) == str(refusal("null"))
    with pytest.raises(InputRefused, match="the file is empty"):
        build(None, "nothing")


# --- sound files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_a_sound_file_can_be_written_and_read_again(path):
    study = load(str(path))
    assert study.name == path.stem
    for scenario in study.scenarios:
        text = resolved_yaml(study, scenario)
        again = parse(text)
        assert again.digest() == study.select((scenario.name,)).digest()
        assert again.title == study.title
        assert again.scenarios[0].title == scenario.title
        assert resolved_yaml(again, again.scenarios[0]) == text


@pytest.mark.parametrize("name", case().names)
def test_the_case_can_be_written_and_read_again(name):
    text = resolved_yaml(case(), case().scenario(name))
    assert parse(text).digest() == case().select((name,)).digest()


def test_one_file_holds_every_key_and_every_measure():
    study = load(str(HERE / "valid" / "every-key.yaml"))
    for model in (Organisation, Department, Project):
        for key in model.model_fields.keys() - {"name"}:
            assert f"{key}: " in EVERY_KEY or f"{key}:\n" in EVERY_KEY, key
    nothing, everything = study.scenarios
    for name in MEASURES:
        assert name == "platform" or getattr(nothing.measures, name) is None
        settings_of_it = getattr(everything.measures, name)
        assert settings_of_it is not None
        line = next(one for one in EVERY_KEY.split("\n") if one.startswith(f"  {name}:"))
        for key in type(settings_of_it).model_fields:
            assert f"{key}:" in line, key


def test_words_that_older_yaml_takes_for_something_else():
    study = load(str(HERE / "valid" / "yaml-words.yaml"))
    assert study.title.en == "no"
    assert study.organisation.names[:7] == ("on", "no", "yes", "off", "y", "12:30", "1_000")
    assert study.organisation.names[7:12] == ("2025-03-01", "2025", "true", "null", "~")
    assert [one.capacity for one in study.organisation.departments[:5]] == [100, 80, 80, 80, 80]
    assert study.names == ("off", "1")
    assert study.scenario("1").measures.assign_roles.progress == ("no", "yes")


def test_a_yaml_version_in_a_file_changes_nothing():
    text = (HERE / "valid" / "yaml-words.yaml").read_text(encoding="utf-8")
    assert parse(f"%YAML 1.1\n---\n{text}").digest() == parse(text).digest()


def test_line_ends_and_a_byte_order_mark_change_nothing():
    windows = (HERE / "valid" / "windows-line-ends.yaml").read_bytes()
    assert windows.count(b"\r\n") == windows.count(b"\n") > 0
    text = windows.decode()
    assert parse(text).digest() == parse(text.replace("\r\n", "\n")).digest()
    assert parse(text).digest() == parse(text.replace("\r\n", "\r")).digest()
    assert parse(text).title.en == "A plan on two lines"
    assert (HERE / "valid" / "with-byte-order-mark.yaml").read_bytes().startswith(b"\xef\xbb\xbf")
    mistake = text.replace("capacity: 80", "capacity: eighty")
    for end in ("\r\n", "\n", "\r"):
        assert "line 13, organisation.departments.Sales.capacity" in str(refusal(mistake.replace("\r\n", end)))


def test_the_same_letters_written_in_two_ways_are_one_name():
    text = EVERY_KEY.replace("Finance:", "Financi\u00ebn:").replace("Finance", "Financie\u0308n")
    assert "Financi\u00ebn" in parse(text).organisation.names
    assert parse(text).digest() == parse(text.replace("e\u0308", "\u00eb")).digest()
    assert (
        parse(text, overrides=("organisation.departments.Financie\u0308n.capacity=5",))
        .organisation.departments[2]
        .capacity
        == 5
    )


def test_text_with_unseen_characters_stays_on_one_line():
    text = EVERY_KEY.replace("title: {en: Everything, nl: Alles}", r'title: "a\n\e[1m\u2028b\Lc\0d"')
    study = parse(text)
    assert study.title.en == "a [1m b c d"
    scenario = study.scenarios[0]
    assert parse(resolved_yaml(study, scenario)).digest() == study.select((scenario.name,)).digest()


def test_a_resolved_file_says_what_is_given_and_what_is_assumed():
    study = load(str(HERE / "valid" / "differences.yaml"))
    lines = resolved_yaml(study, study.scenario("more-it")).split("\n")
    assert "  t: {value: 0.5, low: 0.5, high: 0.5, source: your file}  # exponent" in lines
    assert any(re.match(r"  # h_ref: \{value: 12\.0, low: 8\.0, high: 16\.0, source: assumed}", one) for one in lines)
    assert "# parameters:  # none is given" in resolved_yaml(case(), case().scenarios[0])


@pytest.mark.parametrize("name", case().names)
def test_a_scenario_shown_in_dutch_is_the_same_study(name):
    text = resolved_yaml(case(), case().scenario(name), "nl")
    assert parse(text).digest() == case().select((name,)).digest()
    assert "# t: {value: 1.0" in text
    assert "# aandeel, 0 tot 1" in text
    assert "none is given" not in text


def test_a_source_that_the_file_gives_is_data_and_not_translated():
    said = "parameters: {t: {value: 0.8, source: assumed}}"
    study = parse(CASE.replace("parameters: {}", said))
    text = resolved_yaml(study, study.scenarios[0], "nl")
    assert "  t: {value: 0.8, low: 0.8, high: 0.8, source: assumed}  # exponent" in text
    assert parse(text).digest() == study.select(study.names[:1]).digest()


# --- base and differences ------------------------------------------------------------------------------


def test_a_scenario_is_its_base_and_its_differences():
    study = load(str(HERE / "valid" / "differences.yaml"))
    assert study.names == ("base", "more-it", "more-it-roles", "no-partner")
    base, more, roles, last = study.scenarios
    it = [one.organisation.departments[0] for one in study.scenarios]
    assert [one.capacity for one in it] == [100, 200, 200, 200]
    assert [one.workload.value for one in it] == [0.8, 0.7, 0.7, 0.7]
    assert [one.organisation.departments[1].benefit for one in study.scenarios] == [1000, 1000, 1000, 2000]
    assert [len(one.organisation.interdependence) for one in study.scenarios] == [2, 2, 2, 1]
    assert [one.project.start for one in study.scenarios] == [1, 1, 1, 3]
    given = [{one.name: (one.low, one.value, one.high) for one in each.parameters} for each in study.scenarios]
    assert [one["t"][1] for one in given] == [0.8, 0.5, 0.5, 0.5]
    assert [one["x0"] for one in given] == [(0.6, 0.7, 0.8)] * 3 + [(0.9, 0.9, 0.9)]
    assert base.measures == more.measures == Measures()
    assert (roles.measures.assign_roles.start, roles.measures.assign_roles.cost) == (20, 1000)
    assert (last.measures.assign_roles.start, last.measures.assign_roles.cost) == (20, 1000)
    assert roles.measures.external_partner.hours == 40
    assert last.measures.external_partner is None
    assert last.extends == "more-it-roles"
    assert len({study.select((name,)).digest() for name in study.names}) == 4


def test_a_base_may_come_later_and_off_may_be_undone():
    text = EVERY_KEY[: EVERY_KEY.index("scenarios:")] + (
        "scenarios:\n"
        "  third: {extends: second, measures: {wide_forum: {hours: 2}}}\n"
        "  second: {extends: first, measures: {wide_forum: off}}\n"
        "  first: {measures: {wide_forum: {start: 9}}}\n"
    )
    study = parse(text)
    assert study.names == ("third", "second", "first")
    third, second, first = (one.measures.wide_forum for one in study.scenarios)
    assert (first.start, first.hours) == (9, 1.5)
    assert second is None
    assert (third.start, third.hours, third.end) == (9, 2, 60)


def test_the_digest_follows_what_decides_and_not_what_is_said():
    plain = parse(EVERY_KEY)
    for change in (
        ("title: Everything at once", "title: All"),
        ("description: Nothing at all.", "description: x"),
        ("# Every key", "# Each key"),
        ("capacity: 144\n", "capacity: 144.0\n"),
        ("extends: nothing\n", "\n"),
    ):
        assert change[0] in EVERY_KEY
        assert parse(EVERY_KEY.replace(*change)).digest() == plain.digest()
    for change in (
        ("capacity: 144\n", "capacity: 145\n"),
        ("fee: 140", "fee: 141"),
        ("t: 0.8", "t: 0.81"),
        ("[Sales, Finance]", "[Sales, IT]"),
        ("  nothing:\n", "  none:\n"),
    ):
        assert change[0] in EVERY_KEY
        changed = (
            EVERY_KEY.replace(*change).replace("extends: nothing", "extends: none")
            if "none" in change[1]
            else (EVERY_KEY.replace(*change))
        )
        assert parse(changed).digest() != plain.digest()


# --- changes on the command line -----------------------------------------------------------------------


def value_at(study, path):
    scenario = study.scenarios[-1]
    found = scenario.resolved()
    for part in path.split("."):
        found = found[part]
    return found


@pytest.mark.parametrize(
    ("change", "path", "value"),
    [
        ("parameters.h_ref=11", "parameters.h_ref", {"value": 11, "low": 11, "high": 11, "source": "your file"}),
        ("parameters.h_ref.low=9", "parameters.h_ref.low", 9),
        ("parameters.tau_s.high=4", "parameters.tau_s", {"value": 1, "low": 1, "high": 4, "source": "your file"}),
        ("parameters.g={value: 0.5, low: 0.4, high: 0.6}", "parameters.g.high", 0.6),
        ("organisation.departments.Sales.capacity=100", "organisation.departments.Sales.capacity", 100),
        ("organisation.departments.Sales.workload=0.5", "organisation.departments.Sales.workload.value", 0.5),
        (
            "organisation.departments.Sales.it_frame.plus_minus=0.1",
            "organisation.departments.Sales.it_frame",
            {"value": 0.8, "plus_minus": 0.1},
        ),
        ("organisation.departments.Legal={kind: business, capacity: 9}", "organisation.departments.Legal.capacity", 9),
        (" organisation.interdependence = [[IT, Sales]] ", "organisation.interdependence", [["IT", "Sales", 1]]),
        ("measures.external_partner.hours=40", "measures.external_partner.hours", 40),
        ("measures.assign_roles.priority=[IT]", "measures.assign_roles.priority", ["IT"]),
        ("scenarios.everything.measures.wide_forum.hours=4", "measures.wide_forum.hours", 4),
        ("scenarios.everything.measures.platform={kind: self-built}", "measures.platform.kind", "self-built"),
        ("project.start=9", "project.start", 9),
        ("project.connection_hours=1e2", "project.connection_hours", 100),
    ],
)
def test_a_change_is_as_if_the_file_said_so(change, path, value):
    assert value_at(parse(EVERY_KEY, overrides=(change,)), path) == value


def test_changes_follow_each_other_and_leave_the_rest():
    study = load(
        "case",
        overrides=(
            "parameters.t=0.5",
            "parameters.t.low=0.4",
            "organisation.departments.Customer service.capacity=1",
            "measures.external_partner.hours=40",
            "project.horizon=60",
            "scenarios.full.measures.assign_roles=off",
        ),
    )
    assert study.name == "case"
    assert study.horizon == 60
    assert [(one.low, one.value, one.high) for one in study.scenarios[0].parameters] == [(0.4, 0.5, 0.5)]
    assert study.scenario("full").measures.external_partner.hours == 40
    assert study.scenario("full").measures.assign_roles is None
    assert study.scenario("roles").measures.assign_roles is not None
    assert study.names == case().names
    assert case().horizon == 156


def test_a_name_with_points_can_be_changed():
    study = load(str(HERE / "valid" / "names.yaml"), ("organisation.departments.R.D. v2.0.capacity=5",))
    assert next(one for one in study.organisation.departments if one.name == "R.D. v2.0").capacity == 5
    text = EVERY_KEY.replace("Wholesaler", "Ltd. Co.")
    assert (
        parse(text, overrides=("organisation.departments.Ltd. Co..capacity=5",)).organisation.departments[3].capacity
        == 5
    )


@pytest.mark.parametrize(
    ("change", "pattern"),
    [
        ("parameters.t", r"'parameters\.t' is not a change\. Write path=value, such as parameters\.t=0\.5"),
        ("", "'' is not a change"),
        ("=5", "'=5' is not a change"),
        ("t=0.5", "'t=0.5' is not a change"),
        ("synergy=2", "is not a change"),
        ("title=x", "'title=x' is not a change: a change begins with parameters, organisation, measures, project"),
        ("parameter.t=1", "is not a change.*Nearest: parameters"),
        ("parameters.t={value: 0.5", "the brackets that begin here do not match"),
        ("parameters.t=1e400", "1e400 is larger than any number"),
        ("parameters..t=1", "is not a change"),
        ("parameters.=1", "is not a change"),
        ("parameters.t=[", "brackets that begin here do not match"),
        ("parameters.t=" + "[" * 5_000, "nested more than 12 levels deep"),
        ("parameters.t=*a", "the anchor or alias 'a'"),
        ("parameters.t=\0", "is not a change"),
        ("parameters.t={value: 1, value: 2}", "'value' stands here a second time"),
        ("scenarios.everything.project.horizon=90", "looks 90 weeks ahead, the others 120"),
        ("organisation.interdependence.0.2=0.5", "is not a change"),
        ("parameters.t=", r"parameters\.t: there is a key here without a value"),
        ("parameters.t=high", r"parameters\.t: 'high' is not a number"),
        ("parameters.t=0,5", r"parameters\.t: '0,5' is not a number"),
        ("parameters.t=99", r"parameters\.t: 99 is outside what this parameter can be: 0 … 10"),
        ("parameters.tt=1", r"parameters\.tt: 'tt' is not a parameter"),
        ("parameters=5", "parameters: 5 stands where keys with values are expected"),
        ("organisation.departments.Sals.capacity=1", r"Sals: 'Sals' is not a department.*Nearest: Sales"),
        ("organisation.departments.Sales.capcity=1", "'capcity' is not a key.*Nearest: capacity"),
        ("organisation.departments.Sales.capacity=-1", "-1 is too small"),
        ("measures.external_parner.hours=4", "'external_parner' is not a measure.*Nearest: external_partner"),
        ("measures.external_partner=on", "'on' stands where the file only says how"),
        ("measures.external_partner.hour=4", "'hour' is not a key.*Nearest: hours"),
        ("scenarios.everythin.measures.wide_forum=off", "'everythin'.*Nearest: everything"),
        ("scenarios.everything.measures.wide_forum=maybe", "'maybe' is neither a switch nor settings"),
        ("project.connection_hours=0", r"connection_hours: 0 is too small: more than 0 is legal here"),
        ("project.start=130", "starts in week 130, after the last week 120"),
        ("project.horizn=5", "'horizn' is not a key.*Nearest: horizon"),
    ],
)
def test_a_change_that_is_none_is_refused(change, pattern):
    refused = refusal(EVERY_KEY, overrides=(change,))
    assert re.search(pattern, str(refused))
    assert sound(str(refused))
    assert refused.told("nl")
    assert "line" not in str(refused).split(":")[0]


# --- anything at all -----------------------------------------------------------------------------------

QUICK = settings(
    max_examples=250,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
PIECES = (
    *"{}[]:,-#&*!|>%@`'\"?~\t\n\\ .=<\r\0\x85\u2028\ufeff",
    ": ", "- ", "? ", "<<: ", "&a ", "*a", "!!set ", "!x ", "---\n", "...\n", "%YAML 1.1\n---\n", "{{", "}}",
    "null", "true", "on", "off", "yes", "0,8", "150%", "1e999", ".nan", "-.inf", "0x1F", "9" * 400, "0x" + "f" * 400,
    "2025-01-01", "1_000", "é", "e\u0308", "😀", r'"\ud800"', r'"\ud83d\ude00"', r'"\0"', r"\x", "extends: full",
    "kind: it", "start: 0", "{a: {b: {c: 1}}}", "[[]]", "#",
)  # fmt: skip
TEXTS = (EVERY_KEY, "\n".join(CASE.split("\n")[8:60] + CASE.split("\n")[85:125]))
CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["insert", "replace", "cut", "drop line", "repeat line", "swap lines"]),
        st.floats(0, 1, exclude_max=True),
        st.floats(0, 1, exclude_max=True),
        st.sampled_from(PIECES) | st.text(max_size=5),
    ),
    min_size=1,
    max_size=4,
)


def changed(text, how, where, other, piece):
    at, lines = int(where * len(text)), text.split("\n")
    line, second = int(where * len(lines)), int(other * len(lines))
    if how == "insert":
        return text[:at] + piece + text[at:]
    if how == "replace":
        return text[:at] + piece + text[at + 1 :]
    if how == "cut":
        return text[:at] + text[at + int(other * 40) :]
    if how == "drop line":
        del lines[line]
    elif how == "repeat line":
        lines.insert(second, lines[line])
    else:
        lines[line], lines[second] = lines[second], lines[line]
    return "\n".join(lines)


def loads_or_is_refused(make):
    refused = None
    try:
        study = make()
    except InputRefused as error:
        refused = error
    if refused is None:
        for scenario in study.scenarios[-2:]:
            again = parse(resolved_yaml(study, scenario))
            assert again.digest() == study.select((scenario.name,)).digest()
    else:
        assert refused.problems
        for language in ("en", "nl"):
            told = refused.told(language)
            assert told.encode()
            assert not [word for word in FOR_NO_READER[:6] if word in told], told


@QUICK
@given(st.sampled_from(TEXTS), CHANGES)
def test_a_changed_text_loads_or_is_refused(text, changes):
    for change in changes:
        text = changed(text, *change)
    loads_or_is_refused(lambda: parse(text))


@QUICK
@given(where=st.floats(0, 1, exclude_max=True), more=st.binary(max_size=20), cut=st.integers(0, 20))
def test_changed_bytes_load_or_are_refused(tmp_path_factory, where, more, cut):
    data = EVERY_KEY.encode()
    at = int(where * len(data))
    path = tmp_path_factory.getbasetemp() / "bytes.yaml"
    path.write_bytes(data[:at] + more + data[at + cut :])
    loads_or_is_refused(lambda: load(str(path)))


@QUICK
@given(st.text() | st.binary().map(lambda data: data.decode("latin-1")))
def test_any_text_is_refused(text):
    assert refusal(text).problems


KEYS = sorted(set(re.findall(r"[a-zA-Z_]+(?=:)", EVERY_KEY)))
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-2, 200)
    | st.floats()
    | st.sampled_from(
        [10**400, -(10**30), math.nan, math.inf, "on", "off", "it", "business", "Sales", "\ud800", "\x1b"]
    )
    | st.text(max_size=8)
)
DATA = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(KEYS) | SCALARS.filter(lambda one: not isinstance(one, float)), inner, max_size=5
        )
    ),
    max_leaves=12,
)


def places(data, path=()):
    entries = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path, *(place for key, inner in entries for place in places(inner, (*path, key)))]


def put(data, path, value):
    if not path:
        return value
    for part in path[:-1]:
        data = data[part]
    data[path[-1]] = value
    return None


@QUICK
@given(st.lists(st.tuples(st.floats(0, 1, exclude_max=True), SCALARS | DATA), min_size=1, max_size=3))
def test_changed_data_builds_or_is_refused(changes):
    data = copy.deepcopy(parse_data(EVERY_KEY))
    for where, value in changes:
        known = places(data)[1:]
        if known:
            put(data, known[int(where * len(known))], value)
    loads_or_is_refused(lambda: build(data, "changed"))


WORDS = st.text(max_size=20).map(lambda text: unicodedata.normalize("NFC", text))


@QUICK
@given(st.lists(WORDS, min_size=2, max_size=5, unique=True), WORDS)
def test_any_names_and_words_can_be_written_and_read_again(names, words):
    data = {
        "synergy": 2,
        "title": words,
        "organisation": {
            "name": words,
            "departments": {
                name: {"kind": "business" if place else "it", "capacity": 10.0 + place / 7, "label": words}
                for place, name in enumerate(names)
            },
            "interdependence": [[names[0], names[1], 1 / 3]],
        },
        "parameters": {"t": {"value": 0.1 + 0.2, "source": words}},
        "scenarios": {name: {"description": words} for name in names},
    }
    loads_or_is_refused(lambda: build(data, "made"))


@QUICK
@given(DATA)
def test_any_data_is_refused(data):
    with pytest.raises(InputRefused) as caught:
        build(data, "any")
    assert caught.value.told("nl").encode()


@pytest.mark.parametrize("dust", [1.1e-308, 2.2e-311, 5e-324, 1e-13])
def test_what_is_as_good_as_nothing_is_nothing(dust):
    department = Department(name="Sales", kind="business", capacity=dust, conviction=dust, workload=dust, benefit=dust)
    assert (department.capacity, department.benefit) == (0.0, 0.0)
    assert (department.conviction.value, department.workload.value) == (0.0, 0.0)
    assert Given("t", dust, dust, 1.0, "x").low == 0.0
