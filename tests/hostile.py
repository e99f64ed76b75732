"""Texts of legal size that could make reading slow, large or wrong: a name, and the function that makes the text.

``FILES`` are studies, ``LESSONS`` lessons, ``CHANGES`` what stands after ``--set``, on a sound study. None may take
more than the bounds of :mod:`simulation.system.limits`, and each ends in a study or in a refusal. ``SOUND`` names those that
end in a study.
"""
# ruff: noqa: E501 - a text that nobody reads stands on one line

MOST = 990_000
"""Characters: just below what a file may have."""


def repeated(line, text, end="", most=MOST):
    """``text`` and then as many lines as fit, ``line`` made with their number, and ``end``."""
    parts, size = [text], len(text.encode()) + len(end.encode())
    number = 0
    while size < most:
        parts.append(line(number))
        size += len(parts[-1].encode())
        number += 1
    return "".join([*parts[:-1], end])


def counted(line, count):
    return "".join(map(line, range(count)))


DEPARTMENTS = "  departments:\n    IT: {kind: it, capacity: 100}\n    Sales: {kind: business, capacity: 80}\n"
ORGANISATION = f"synergy: 2\norganisation:\n{DEPARTMENTS}"
SCENARIOS = "scenarios:\n  base: {}\n"
SOUND_STUDY = ORGANISATION + SCENARIOS


def with_departments(line, count, scenarios=SCENARIOS):
    return f"{ORGANISATION}{counted(line, count)}{scenarios}"


def with_ties(line, count=None):
    text = f"{ORGANISATION}  interdependence:\n"
    return repeated(line, text, SCENARIOS) if count is None else f"{text}{counted(line, count)}{SCENARIOS}"


def with_scenarios(line, count):
    return f"{ORGANISATION}scenarios:\n  s0: {{}}\n{''.join(line(i) for i in range(1, count))}"


def department(i):
    return f"    D{i}: {{kind: business, capacity: 1}}\n"


def large(count, line, scenarios):
    """So many departments, and so many scenarios."""
    return with_departments(department, count, "scenarios:\n" + counted(line, scenarios))


def changing(i):
    return f"  s{i}: {{organisation: {{departments: {{D1: {{capacity: {i}}}}}}}}}\n"


def a_circle(count):
    return with_scenarios(lambda i: f"  s{i}: {{extends: s{i % (count - 1) + 1}}}\n", count)


FILES = {
    # scenarios
    "chain of 1600": lambda: with_scenarios(lambda i: f"  s{i}: {{extends: s{i - 1}}}\n", 1600),
    "chain of 500": lambda: with_scenarios(lambda i: f"  s{i}: {{extends: s{i - 1}}}\n", 500),
    "chain backwards": lambda: with_scenarios(lambda i: f"  s{i}: {{extends: s{(i + 1) % 500}}}\n", 500),
    "ten chains of 50": lambda: with_scenarios(lambda i: f"  s{i}: " + (f"{{extends: s{i - 1}}}\n" if i % 49 else "{}\n"), 490),
    "circle of 5000": lambda: a_circle(5000),
    "circle of 500": lambda: a_circle(500),
    "30000 scenarios": lambda: repeated(lambda i: f"  s{i}: {{extends: s0}}\n", ORGANISATION + "scenarios:\n  s0: {}\n"),
    "500 unknown bases": lambda: with_scenarios(lambda i: f"  s{i}: {{extends: t{i}}}\n", 500),
    "500 scenarios of 2000 departments": lambda: large(2000, lambda i: f"  s{i}: {{}}\n", 500),
    "500 changed of 390 departments": lambda: large(390, changing, 500),
    "500 changed of 3000 departments": lambda: large(3000, changing, 500),
    "500 scenarios with all measures": lambda: with_scenarios(
        lambda i: f"  s{i}: {{measures: {{assign_roles: {{start: {i % 99 + 1}}}, wide_forum: {{start: {i % 99 + 1}}}, technicians: on}}}}\n", 500
    ),
    "500 scenarios of 300-letter names": lambda: with_scenarios(lambda i: f"  {'s' * 295}{i}: {{}}\n", 500),
    "500 scenarios with 300-letter bases": lambda: with_scenarios(
        lambda i: f"  {'s' * 295}{i}: {{extends: {'t' * 295}{i}}}\n", 500
    ),
    "a project of many keys, changed by 500": lambda: (
        repeated(lambda i: f"  k{i}: 1\n", ORGANISATION + "project:\n", most=500_000)
        + "scenarios:\n"
        + counted(lambda i: f"  s{i}: {{project: {{start: {i + 1}}}}}\n", 500)
    ),
    "a team of many, in 500 scenarios": lambda: (
        ORGANISATION
        + "measures:\n  wide_forum: {hours: 1}\n  cross_functional_team:\n    members:\n"
        + "      - Sales\n" * 40_000
        + "scenarios:\n"
        + counted(lambda i: f"  s{i}: {{measures: {{cross_functional_team: {{start: {i + 1}}}}}}}\n", 500)
    ),
    "a team of many unknown, in 500 scenarios": lambda: (
        ORGANISATION
        + "measures:\n  cross_functional_team:\n    members:\n"
        + counted(lambda i: f"      - D{i}\n", 40_000)
        + "scenarios:\n"
        + counted(lambda i: f"  s{i}: {{measures: {{cross_functional_team: {{start: {i + 1}}}}}}}\n", 500)
    ),
    "ties in 500 scenarios that change a department": lambda: (
        ORGANISATION
        + counted(department, 300)
        + "  informal_ties:\n"
        + counted(lambda i: f"    - [D{i // 300}, D{i % 300}]\n" if i // 300 < i % 300 else "", 40_000)
        + "scenarios:\n"
        + counted(changing, 500)
    ),
    # unknown names
    "20000 unknown keys": lambda: ORGANISATION + counted(lambda i: f"  key{i}: 1\n", 20_000) + SCENARIOS,
    "unknown keys at the top": lambda: repeated(lambda i: f"key{i}: 1\n", SOUND_STUDY),
    "unknown keys of departments": lambda: with_departments(lambda i: f"    D{i}: {{kimd: business, capcity: 1}}\n", 18_000),
    "unknown keys of one department": lambda: repeated(
        lambda i: f"      kind{i}: 1\n", f"{ORGANISATION}    D:\n", SCENARIOS
    ),
    "unknown parameters": lambda: repeated(lambda i: f"  tau_{i}: 1\n", SOUND_STUDY + "parameters:\n"),
    "unknown parameters in 500 scenarios": lambda: (
        repeated(lambda i: f"  tau_{i}: 1\n", ORGANISATION + "parameters:\n", most=500_000)
        + "scenarios:\n"
        + counted(lambda i: f"  s{i}: {{parameters: {{t: {i % 9}}}}}\n", 500)
    ),
    "unknown measures": lambda: repeated(lambda i: f"      roles{i}: on\n", SOUND_STUDY + "  s:\n    measures:\n"),
    "unknown settings": lambda: repeated(lambda i: f"    hours{i}: 1\n", SOUND_STUDY + "measures:\n  wide_forum:\n"),
    "unknown differences": lambda: repeated(lambda i: f"    title{i}: x\n", SOUND_STUDY + "  s:\n"),
    "unknown departments in a difference": lambda: repeated(
        lambda i: f"          D{i}: {{capacity: 1}}\n", SOUND_STUDY + "  s:\n    organisation:\n        departments:\n"
    ),
    "45000 ties to unknown departments": lambda: with_ties(lambda i: f"    - [IT, Q{i}]\n", 45_000),
    "ties to unknown departments among 8000": lambda: (
        ORGANISATION
        + counted(department, 8_000)
        + "  interdependence:\n"
        + counted(lambda i: f"    - [D1, E{i}]\n", 20_000)
        + SCENARIOS
    ),
    "ties of long unknown names among 1000 long names": lambda: (
        ORGANISATION
        + counted(lambda i: f"    {'D' * 290}{i}: {{kind: business, capacity: 1}}\n", 1_000)
        + "  interdependence:\n"
        + counted(lambda i: f"    - [IT, {'D' * 289}E{i}]\n", 1_000)
        + SCENARIOS
    ),
    # ties
    "500 scenarios that consult nobody": lambda: large(
        19_000, lambda i: f"  s{i}: {{measures: {{consult_chain: on}}}}\n", 500
    ),
    "100000 ties": lambda: with_ties(lambda i: "    - [IT, Sales]\n"),
    "66000 short ties": lambda: f"{ORGANISATION}  interdependence:\n    [\n" + "    [IT, Sales],\n" * 58_000 + "]\n" + SCENARIOS,
    "ties to oneself": lambda: with_ties(lambda i: "    - [IT, IT]\n"),
    "ties that are none": lambda: with_ties(lambda i: f"    - {i}\n"),
    "ties as mappings": lambda: with_ties(lambda i: "    - {a: IT, b: Sales, strength: .5}\n"),
    "ties too strong": lambda: with_ties(lambda i: "    - [IT, Sales, 9]\n"),
    "a flow list of 100000 lists": lambda: "a: [\n" + "[],[],[],[],[],[],[],[],[],[],\n" * 10_000 + "]\n",
    "every pair of 300 departments": lambda: (
        ORGANISATION
        + counted(department, 300)
        + "  interdependence:\n"
        + counted(lambda i: f"    - [D{i // 300}, D{i % 300}]\n" if i // 300 < i % 300 else "", 90_000)
        + SCENARIOS
    ),
    # departments
    "20000 departments": lambda: with_departments(lambda i: f"    D{i}: {{kind: business, capacity: 9}}\n", 19_998),
    "24000 departments": lambda: with_departments(lambda i: f"    D{i}: {{kind: business, capacity: 9}}\n", 24_000),
    "19000 IT departments": lambda: with_departments(lambda i: f"    D{i}: {{kind: it, capacity: 9}}\n", 19_000),
    "19000 departments without capacity": lambda: with_departments(lambda i: f"    D{i}: {{kind: business}}\n", 19_000),
    "19000 empty departments": lambda: with_departments(lambda i: f"    D{i}: {{}}\n", 19_000),
    "19000 departments with a text as capacity": lambda: with_departments(
        lambda i: f"    D{i}: {{kind: business, capacity: x}}\n", 19_000
    ),
    "departments that look alike": lambda: with_departments(
        lambda i: f"    {''.join('aA'[i >> bit & 1] for bit in range(14))}: {{kind: business, capacity: 1}}\n", 15_000
    ),
    "departments with spaces around them": lambda: with_departments(
        lambda i: f"    ' D{i}': {{kind: business, capacity: 1}}\n", 15_000
    ),
    "3000 names of 300 letters": lambda: with_departments(
        lambda i: f"    {'D' * 270}{i}: {{kind: business, capacity: 1}}\n", 3_000
    ),
    "2900 names of 301 letters": lambda: with_departments(
        lambda i: f"    {'D' * 295}{i:06}: {{kind: business, capacity: 1}}\n", 2_900
    ),
    "unseen names": lambda: with_departments(lambda i: f"    a\u202e{i}: {{kind: business, capacity: 1}}\n", 15_000),
    "soft hyphens": lambda: with_departments(lambda i: f"    D\u00ad{i}: {{kind: business, capacity: 1}}\n", 15_000),
    # keys
    "duplicate keys": lambda: SOUND_STUDY + "  base: {}\n" * 80_000,
    "two keys by turns": lambda: SOUND_STUDY + "  a: 1\n  b: 2\n" * 60_000,
    "keys that are numbers": lambda: repeated(lambda i: f"  {i}: {{}}\n", SOUND_STUDY),
    "keys that are no numbers": lambda: SOUND_STUDY + "  .nan: 1\n" * 90_000,
    "keys that are nothing": lambda: SOUND_STUDY + "  ~: 1\n" * 90_000,
    "long keys": lambda: repeated(lambda i: f"{'k' * 1000}{i}: 1\n", SOUND_STUDY),
    # numbers
    "huge whole numbers": lambda: repeated(lambda i: f"  k{i}: {'9' * 19_000}\n", SOUND_STUDY + "parameters:\n"),
    "whole numbers of 100 digits": lambda: repeated(lambda i: f"  - {'9' * 100}\n", SOUND_STUDY + "parameters:\n"),
    "huge fractions": lambda: repeated(lambda i: f"  k{i}: 0.{'0' * 19_000}1\n", SOUND_STUDY + "parameters:\n"),
    "huge exponents": lambda: repeated(lambda i: f"  k{i}: 1e{'9' * 19_000}\n", SOUND_STUDY + "parameters:\n"),
    "tiny numbers": lambda: repeated(lambda i: "  - 1e-400\n", SOUND_STUDY + "parameters:\n"),
    "almost numbers": lambda: repeated(lambda i: f"  - {'9' * 19_000}x\n", SOUND_STUDY + "parameters:\n"),
    # nesting
    "deep brackets": lambda: "a: " + "[" * 15_000,
    "deep brackets on every line": lambda: "a: " + ("[" * 19_000 + "\n") * 50,
    "deep braces": lambda: "a: " + "{a: " * 4_000,
    "deep dashes": lambda: "- " * 9_000,
    "deep indentation": lambda: "".join(f"{' ' * i}a:\n" for i in range(1300)),
    "many at the deepest": lambda: ("a: " + "[" * 10 + "1," * 9_000 + "]" * 10 + "\n").replace("a:", "{}:", 1).format("a")
    + "".join(f"b{i}: {'[' * 11}{']' * 11}\n" for i in range(10_000)),
    # text
    "a line of a megabyte": lambda: "synergy: 2\ntitle: " + "x" * 970_000,
    "a text of a megabyte": lambda: "synergy: 2\ntitle: |\n" + ("  " + "x" * 900 + "\n") * 1000,
    "a folded text of a megabyte": lambda: "synergy: 2\ntitle: >\n" + "  x\n\n" * 190_000,
    "a text without quotes over many lines": lambda: "synergy: 2\ntitle:\n" + "  x\n" * 240_000,
    "a text in quotes over many lines": lambda: 'synergy: 2\ntitle: "' + "  x\n" * 240_000 + '"\n',
    "quotes that never close": lambda: SOUND_STUDY + 'title: "' + "x: y\n" * 190_000,
    "single quotes that never close": lambda: SOUND_STUDY + "title: '" + "x: ''\n" * 160_000,
    "a bracket that never closes": lambda: SOUND_STUDY + "title: [" + "x,\n" * 150_000,
    "a brace that never closes": lambda: SOUND_STUDY + "title: {" + "x,\n" * 90_000,
    "a mistake on the last line": lambda: repeated(lambda i: f"  s{i}: {{}}\n", SOUND_STUDY, "  s: }\n", most=900_000),
    "no colon on the last line": lambda: repeated(lambda i: f"  s{i}: 1\n", SOUND_STUDY, "  here\n", most=900_000),
    "backslashes": lambda: 'a: "' + "\\\\" * 9_000 + '"\n' + ('b: "' + "\\x41" * 4_000 + '"\n') * 60,
    "a wrong escape at the end": lambda: repeated(lambda i: f'  - "\\x41{i}"\n', "a:\n", '  - "\\q"\n'),
    "halves of characters": lambda: repeated(lambda i: f'  - "\\ud83d\\ude80{i}"\n', "a:\n"),
    "lone halves": lambda: repeated(lambda i: f'  - "\\ud83d{i}"\n', "a:\n"),
    "stand-ins for halves": lambda: repeated(lambda i: f'  - "\\ud83d{i} \U000fd83d"\n', "a:\n"),
    "combining marks": lambda: repeated(lambda i: "a: '" + "\u0316\u0301" * 2_400 + "'\n", ""),
    "combining marks, long": lambda: repeated(lambda i: "a: '" + "\u0316\u0301" * 9_000 + "'\n", ""),
    "combining marks, falling": lambda: repeated(
        lambda i: "a: '" + "\u0345" * 600 + "\u0315" * 600 + "\u0301" * 600 + "\u0316" * 600 + "\u0327" * 600 + "'\n", ""
    ),
    "combining marks in long names": lambda: repeated(
        lambda i: f"    D{i}" + "\u0316\u0301" * 490 + ": {kind: business, capacity: 1}\n", ORGANISATION, SCENARIOS
    ),
    "combining marks in long keys": lambda: repeated(
        lambda i: f"    ? '{i}" + "\u0301\u0316" * 4_500 + "'\n    : {kind: business, capacity: 1}\n", ORGANISATION, SCENARIOS
    ),
    "combining marks in names": lambda: with_departments(
        lambda i: f"    D{i}" + "\u0316\u0301" * 140 + ": {kind: business, capacity: 1}\n", 1_600
    ),
    "escaped colours": lambda: repeated(lambda i: f'  "\\e[31m{i}": {{}}\n', SOUND_STUDY),
    "only line ends": lambda: "\n" * MOST,
    "only spaces": lambda: (" " * 19_000 + "\n") * 50,
    "only remarks": lambda: "#\n" * (MOST // 2),
    "only tabs": lambda: ("\t" * 19_000 + "\n") * 50,
    "tabs after words": lambda: repeated(lambda i: f"a{i}:\tb\n", ""),
    "tabs in short quotes": lambda: ("- [" + '"\t",' * 4_900 + "]\n") * 40,
    "tabs in quotes": lambda: repeated(lambda i: f"  - '{chr(9) * 100}'\n", "a:\n"),
    "tabs in a block": lambda: "a: |\n" + "  x\ty\n" * 150_000,
    "only dashes": lambda: "-\n" * 190_000,
    "only colons": lambda: ":\n" * (MOST // 2),
    "only questions": lambda: "?\n" * (MOST // 2),
    "questions and brackets": lambda: "? [a]\n" * (MOST // 7),
    "many documents": lambda: "---\n" * (MOST // 4),
    "many anchors": lambda: "".join(f"- &a{i} x\n" for i in range(70_000)),
    "many directives": lambda: "%A\n" * (MOST // 3),
    "tags": lambda: "- !!str x\n" * 90_000,
    "commas": lambda: "a: [" + ",\n" * (MOST // 2),
    "titles of 5000 letters": lambda: repeated(lambda i: f"  s{i}: {{title: {'x' * 4_900}}}\n", SOUND_STUDY),
    "titles that are equal": lambda: with_scenarios(lambda i: f"  s{i}: {{title: x}}\n", 500),
    "titles that are lists": lambda: with_scenarios(lambda i: f"  s{i}: {{title: [{'1,' * 190}1]}}\n", 500),
    "a title that is a list": lambda: "synergy: 2\ntitle: [\n" + "1,\n" * 150_000 + "]\n",
    "a title of many languages": lambda: repeated(lambda i: f"  l{i}: x\n", "synergy: 2\ntitle:\n"),
}  # fmt: skip

SOUND = {
    "500 scenarios that consult nobody",
    "3000 names of 300 letters",
    "soft hyphens",
    "combining marks in names",
    "titles of 5000 letters",
    "500 scenarios with all measures",
    "ten chains of 50",
    "500 scenarios of 2000 departments",
    "500 changed of 390 departments",
    "20000 departments",
    "every pair of 300 departments",
    "ties in 500 scenarios that change a department",
    "500 scenarios of 300-letter names",
    "titles that are equal",
}
"""Those that are sound, however large."""

LESSON = "lesson: 1\ntitle: x\nchapters:\n"
CHAPTER = (
    "  - name: {}\n    title: x\n    situation: [x]\n    question: x\n    shows: [it-only]\n    options:\n"
    "      - {{text: x, when: {{outcome: go_live_104, of: it-only, equals: 1}}}}\n"
    "      - {{text: x, when: otherwise}}\n"
)
LESSONS = {
    "many chapters": lambda: repeated(CHAPTER.format, LESSON),
    "many options": lambda: repeated(lambda i: "      - {text: x, when: otherwise}\n", LESSON + CHAPTER.format("x")),
    "many conditions": lambda: repeated(
        lambda i: f"          - {{outcome: o{i}, of: s{i}, equals: 1}}\n",
        LESSON + CHAPTER.format("x") + "      - text: x\n        when:\n",
    ),
    "many unknown scenarios": lambda: repeated(
        lambda i: f"      - s{i}\n", LESSON + CHAPTER.format("x").replace("    shows: [it-only]\n", "") + "    shows:\n"
    ),
    "many unknown keys": lambda: repeated(lambda i: f"    optionn{i}: 1\n", LESSON + CHAPTER.format("x")),
    "many unknown keys at the top": lambda: repeated(lambda i: f"chapter{i}: 1\n", LESSON + CHAPTER.format("x")),
    "chapters that are numbers": lambda: repeated(lambda i: f"  - {i}\n", LESSON),
    "chapters that are empty": lambda: repeated(lambda i: "  - {}\n", LESSON),
    "a chapter of many keys": lambda: repeated(lambda i: f"    k{i}: 1\n", LESSON + "  - name: x\n"),
    "a condition of many keys": lambda: repeated(
        lambda i: f"            k{i}: 1\n",
        LESSON + CHAPTER.format("x") + "      - text: x\n        when:\n          - of: x\n",
    ),
    "conditions of one key": lambda: repeated(
        lambda i: "          - {of: x}\n", LESSON + CHAPTER.format("x") + "      - text: x\n        when:\n"
    ),
    "chapters of misspelt keys": lambda: repeated(lambda i: f"  - {{option{i}: 1, show{i}: 2}}\n", LESSON),
    "a package of many": lambda: repeated(
        lambda i: f"        - m{i}\n",
        LESSON + "  - name: x\n    title: x\n    situation: [x]\n    question: x\n    package:\n      base: it-only\n"
        "      against: [full]\n      measures:\n",
    ),
    "situations": lambda: repeated(lambda i: "      - x\n", LESSON + "  - name: x\n    situation:\n"),
}

CHANGES = {
    "a path of 3000 parts": lambda: ("parameters." + ".".join("a" * 3_000) + "=1",),
    "a path of 10000 points": lambda: ("parameters" + "." * 10_000 + "=1",),
    "a thousand": lambda: tuple(f"parameters.t=0.{i}" for i in range(1_000)),
    "a thousand new departments": lambda: tuple(
        f"organisation.departments.D{i}={{kind: business, capacity: 1}}" for i in range(1_000)
    ),
    "a thousand unknown": lambda: tuple(f"parameters.tau{i}=1" for i in range(1_000)),
    "ten thousand": lambda: ("parameters.t=0.5",) * 10_000,
    "a long value": lambda: ("parameters.t=" + "x" * 100_000,),
    "a long list": lambda: ("organisation.interdependence=[" + "[IT,Sales]," * 1_700 + "]",),
    "many long lists": lambda: ("organisation.interdependence=[" + "[IT,Sales]," * 1_700 + "]",) * 1_000,
    "ten long lists": lambda: ("organisation.interdependence=[" + "[IT,Sales]," * 1_700 + "]",) * 10,
    "deep": lambda: ("organisation.departments.IT.capacity=" + "[" * 10_000,),
    "deep in deep": lambda: ("measures." + ".".join("a" * 10) + "=" + "{a: " * 11 + "1" + "}" * 11,),
    "many mistakes": lambda: tuple(f"organisation.departments.Sals{i}.capacity=1" for i in range(1_000)),
}
