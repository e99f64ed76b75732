"""Who works with whom: exports of networks, added up to ties between departments, against known values."""

import csv
import io
import random
from collections import Counter
from itertools import combinations

import networkx
import pytest
from conftest import quickly
from helpers import workbook_of
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.cli.main import main
from simulation.study.errors import InputRefused
from simulation.study.network import LEAST, Network, e_i_index, modularity, ties, without_contact
from simulation.study.sources.files import case, load, load_data, parse, study_yaml
from simulation.study.sources.networks import read_network, with_ties
from simulation.text.i18n import LANGUAGES

DEPARTMENTS = ("Sales", "Purchasing", "Finance", "Master data", "IT")


def refusal(make):
    with pytest.raises(InputRefused) as caught:
        make()
    return caught.value


def as_csv(rows, delimiter=","):
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter).writerows(rows)
    return stream.getvalue().encode()


# --- known values ----------------------------------------------------------------------------------------


def of_graph(graph, where):
    network = Network(Counter(where.values()))
    for a, b, weight in graph.edges(data="weight", default=1.0):
        network.add(where[a], where[b], weight)
    return network


@pytest.mark.parametrize("seed", range(6))
def test_modularity_is_networkx_s(seed):
    rng = random.Random(seed)
    graph = networkx.gnm_random_graph(60, 200, seed=seed)
    for a, b in graph.edges:
        graph.edges[a, b]["weight"] = rng.random()
    where = {node: rng.choice(DEPARTMENTS) for node in graph}
    groups = [{node for node in graph if where[node] == name} for name in sorted(set(where.values()))]
    expected = networkx.community.modularity(graph, groups, weight="weight")
    assert modularity(of_graph(graph, where)) == pytest.approx(expected)


def test_the_karate_club_is_as_it_is_known():
    """Zachary 1977, without weights: the two clubs have a modularity of .358; 11 of 78 ties cross between them."""
    graph = networkx.karate_club_graph()
    for a, b in graph.edges:
        graph.edges[a, b]["weight"] = 1.0
    network = of_graph(graph, {node: data["club"] for node, data in graph.nodes(data=True)})
    assert modularity(network) == pytest.approx(0.3582, abs=5e-5)
    assert e_i_index(network) == pytest.approx((11 - 67) / 78)


def test_nobody_outside_and_nobody_inside():
    inside, outside = Network(), Network()
    for name in DEPARTMENTS:
        inside.add(name, name, 2.0)
    for a, b in combinations(DEPARTMENTS, 2):
        outside.add(a, b, 2.0)
    assert (e_i_index(inside), e_i_index(outside)) == (-1.0, 1.0)
    assert modularity(inside) == pytest.approx(1 - 1 / len(DEPARTMENTS))
    assert modularity(outside) == pytest.approx(-1 / len(DEPARTMENTS))


@given(st.dictionaries(st.tuples(*[st.sampled_from(DEPARTMENTS)] * 2), st.floats(1e-3, 1e6), min_size=1))
def test_strengths_are_shares_of_the_closest_and_do_not_depend_on_the_unit(weights):
    first, scaled = Network(), Network()
    for (a, b), weight in weights.items():
        first.add(a, b, weight)
        scaled.add(b, a, 8.0 * weight)
    found = ties(first)
    assert found == ties(scaled)
    assert all(LEAST <= strength <= 1.0 for strength in found.values())
    assert not found or max(found.values()) == 1.0


def test_the_rate_is_per_head_of_the_smaller():
    network = Network(Counter({"IT": 100, "Sales": 10, "Finance": 2}))
    network.add("IT", "Sales", 20.0)
    network.add("Finance", "IT", 2.0)
    assert ties(network) == {("IT", "Sales"): 1.0, ("Finance", "IT"): 0.5}
    assert ties(network, full=4.0) == {("IT", "Sales"): 0.5, ("Finance", "IT"): 0.25}
    needs = {("Finance", "Sales"): 0.5, ("IT", "Sales"): 0.9, ("Finance", "IT"): 0.01}
    assert without_contact(needs, ties(network)) == [("Finance", "Sales")]


# --- exports ---------------------------------------------------------------------------------------------


def people(count=200, seed=1):
    rng = random.Random(seed)
    return {f"p{number}": DEPARTMENTS[number % len(DEPARTMENTS)] for number in range(count)}, rng


def rows():
    """Ties between people; Sales and Master data have none."""
    where, rng = people()
    found = []
    for person in where:
        for other in rng.sample(list(where), 8):
            if {where[person], where[other]} != {"Sales", "Master data"}:
                found.append((person, other, round(rng.random(), 3)))
    return where, found


def expected():
    where, found = rows()
    network = Network(Counter(where.values()))
    for a, b, weight in found:
        if a != b:
            network.add(where[a], where[b], weight)
    return network


def put(folder, name, content):
    path = folder / name
    path.write_bytes(content)
    return str(path)


def edge_list(folder, ending="csv"):
    where, found = rows()
    table = [("Source", "Target", "Weight"), *found]
    mapping = b"network: 1\nfrom: Source\nto: Target\nweight: Weight\npeople: {id: Name, department: Team}\n"
    staff = put(folder, "people.csv", as_csv([("Name", "Team"), *where.items()]))
    content = workbook_of(table) if ending == "xlsx" else as_csv(table)
    return put(folder, f"edges.{ending}", content), put(folder, "m.yaml", mapping), staff


def viva(folder):
    where, found = rows()
    heads = ("TieOrigin_PersonId", "TieDestination_PersonId", "StrongTieScore", "TieOrigin_Org", "TieDestination_Org")
    table = [heads, *((a, b, weight, where[a], where[b]) for a, b, weight in found)]
    mapping = b"""network: 1
from: TieOrigin_PersonId
to: TieDestination_PersonId
weight: StrongTieScore
departments_of: [TieOrigin_Org, TieDestination_Org]
"""
    return put(folder, "viva.csv", as_csv(table, ";")), put(folder, "m.yaml", mapping), None


def graphml(folder):
    where, found = rows()
    graph = networkx.MultiDiGraph()
    for person, team in where.items():
        graph.add_node(person, team=team)
    for a, b, weight in found:
        graph.add_edge(a, b, strength=weight)
    stream = io.BytesIO()
    networkx.write_graphml(graph, stream)
    mapping = b"network: 1\nweight: strength\npeople: {department: team}\n"
    return put(folder, "a.graphml", stream.getvalue()), put(folder, "m.yaml", mapping), None


STAFF = b"network: 1\nfrom: Source\nto: Target\npeople: {id: Name, department: Team}\n"


def read_graph(folder, graph, plan):
    """A graph as a file, read."""
    source, mapping = put(folder, "a.graphml", graph.encode()), put(folder, "m.yaml", plan.encode())
    return read_network(source, mapping, case().organisation)


MADE = {"csv": edge_list, "xlsx": lambda folder: edge_list(folder, "xlsx"), "viva": viva, "graphml": graphml}


@pytest.mark.parametrize("name", MADE)
def test_every_export_adds_up_to_the_same(name, tmp_path):
    source, mapping, staff = MADE[name](tmp_path)
    contacts = read_network(source, mapping, case().organisation, staff)
    known = expected()
    network = contacts.networks["contact"]
    assert network.people == known.people
    assert network.weights.keys() == known.weights.keys()
    for pair, weight in known.weights.items():
        assert network.weights[pair] == pytest.approx(weight)
    assert contacts.strengths["contact"] == ties(network)
    assert ("Master data", "Sales") not in contacts.strengths["contact"]
    assert contacts.rows == len(rows()[1])


def test_departments_themselves_and_both_sorts(tmp_path):
    table = [("a", "b", "how", "h"), ("Sales", "IT", "Talks to", 4), ("Verkoop", "Finance", "Needs", 2)]
    table += [("IT", "Sales", "Talks to", 4), ("Finance", "Nobody", "Needs", 1), ("Sales", "Sales", "Talks to", 5)]
    mapping = b"""network: 1
from: a
to: b
weight: h
means: {column: how, contact: [talks to], need: [needs]}
missing: [nobody]
"""
    source = put(tmp_path, "a.csv", as_csv(table))
    contacts = read_network(source, put(tmp_path, "m.yaml", mapping), case().organisation)
    assert contacts.strengths == {"contact": {("IT", "Sales"): 1.0}, "need": {("Finance", "Sales"): 1.0}}
    assert contacts.elsewhere == 1
    assert e_i_index(contacts.networks["contact"]) == pytest.approx((8 - 5) / 13)


def test_what_the_network_does_not_know_stays(tmp_path):
    source, mapping, staff = edge_list(tmp_path)
    contacts = read_network(source, mapping, case().organisation, staff)
    data = load_data("case")
    found = with_ties(data, contacts)
    study = parse(study_yaml(found))
    before, after = ({tie.pair: tie.strength for tie in of.organisation.informal_ties} for of in (case(), study))
    inside = set(DEPARTMENTS)
    assert {pair: strength for pair, strength in before.items() if not pair <= inside} == {
        pair: strength for pair, strength in after.items() if not pair <= inside
    }
    assert {pair for pair in after if pair <= inside} == {frozenset(pair) for pair in contacts.strengths["contact"]}
    assert study.organisation.interdependence == case().organisation.interdependence
    assert data == load_data("case")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_command_names_who_never_meets(language, tmp_path, capsys):
    source, mapping, staff = edge_list(tmp_path)
    out = tmp_path / "new.yaml"
    assert main(["network", source, mapping, "--people", staff, "--out", str(out), "--lang", language]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    said = {
        "en": "and never meet.",
        "nl": "en spreken elkaar nooit.",
    }
    assert said[language] in printed
    assert load(str(out)).names == case().names
    assert main(["network", source, mapping, "--people", staff, "--out", str(out), "--lang", language]) == 1


@pytest.mark.parametrize("ending", quickly("csv", ["csv", "graphml"]))
def test_ten_thousand_people_take_seconds(ending, tmp_path):
    rng = random.Random(3)
    where = {f"p{number}": rng.choice(DEPARTMENTS) for number in range(10_000)}
    names = list(where)
    found = [(a, rng.choice(names), 1) for a in names for _ in range(8)]
    if ending == "csv":
        source = put(tmp_path, "a.csv", as_csv([("Source", "Target", "Weight"), *found]))
        staff = put(tmp_path, "people.csv", as_csv([("Name", "Team"), *where.items()]))
        mapping = b"network: 1\nfrom: Source\nto: Target\nweight: Weight\npeople: {id: Name, department: Team}\n"
    else:
        graph = networkx.MultiDiGraph()
        graph.add_nodes_from((person, {"team": team}) for person, team in where.items())
        graph.add_edges_from((a, b) for a, b, _ in found)
        stream = io.BytesIO()
        networkx.write_graphml(graph, stream)
        source, staff = put(tmp_path, "a.graphml", stream.getvalue()), None
        mapping = b"network: 1\npeople: {department: team}\n"
    contacts = read_network(source, put(tmp_path, "m.yaml", mapping), case().organisation, staff)
    assert sum(contacts.networks["contact"].people.values()) == 10_000
    assert contacts.rows == 80_000
    assert modularity(contacts.networks["contact"]) == pytest.approx(0.0, abs=0.02)


# --- what is wrong ---------------------------------------------------------------------------------------

TABLE = [("Source", "Target", "Weight"), ("Sales", "IT", 3), ("Sales", "Finance", 1)]
PLAN = "network: 1\nfrom: Source\nto: Target\nweight: Weight\n"
GRAPH = """<?xml version="1.0"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="d" for="node" attr.name="team" attr.type="string"/>
<graph edgedefault="directed"><node id="a"><data key="d">Sales</data></node><node id="b"><data key="d">IT</data></node>
<edge source="a" target="b"/></graph></graphml>"""
OF_GRAPH = "network: 1\npeople: {department: team}\n"
BROKEN = {
    "no such column": (TABLE, PLAN.replace("Target", "Targt"), "no column 'Targt'"),
    "no weight": (TABLE, PLAN.replace("Weight", "Wt"), "no column 'Wt'"),
    "an unknown department": ([*TABLE, *[("Slaes", "IT", 1)] * 12], PLAN, "'Slaes' is not a department in the study"),
    "less than nothing": ([*TABLE, ("Sales", "IT", -1)], PLAN, "'-1' is no strength"),
    "a word for a number": ([*TABLE, ("Sales", "IT", "often")], PLAN, "'often' is no strength"),
    "not a number": ([*TABLE, ("Sales", "IT", "nan")], PLAN, "'nan' is no strength"),
    "no end": ([*TABLE, ("Sales", "IT", "inf")], PLAN, "'inf' is no strength"),
    "1e308": ([*TABLE, ("Sales", "IT", "1e308")], PLAN, "'1e308' is no strength"),
    "a thousand or one": ([*TABLE, ("Sales", "IT", "1.000")], PLAN, "'1.000' is no strength"),
    "no rows": (TABLE[:1], PLAN, "no rows under a head"),
    "only own ties": ([TABLE[0], ("", "", 1)], PLAN, "none ties two departments"),
    "no format": (TABLE, PLAN.replace("network: 1\n", ""), "begins with `network: 1`"),
    "a strange key": (TABLE, PLAN + "wieght: x\n", "weight"),
    "departments said twice": (
        TABLE,
        PLAN + "people: {id: a, department: b}\ndepartments_of: [a, b]\n",
        "say once where the departments are",
    ),
    "people without people": (TABLE, PLAN + "people: {id: a, department: b}\n", "Add --people FILE"),
    "a strange sort": (TABLE, PLAN + "means: friendship\n", "ties mean contact"),
    "a sort no row has": (TABLE, PLAN + "means: {column: Weight, contact: [x]}\n", "says neither contact nor need"),
    "a department nobody has": (TABLE, PLAN + "departments: {Verkoop: Vrkp}\n", "Vrkp"),
    "full of nothing": (TABLE, PLAN + "full: 0\n", "more than 0"),
    "one column for two": (TABLE, PLAN + "departments_of: [Source]\n", "departments_of"),
    "definitions of its own": (
        GRAPH.replace("<graphml", "<!DOCTYPE a [<!ENTITY x 'y'>]><graphml", 1),
        OF_GRAPH,
        "DOCTYPE",
    ),
    "half a graph": (GRAPH[:300], OF_GRAPH, "no GraphML"),
    "no graph": ("<html></html>", OF_GRAPH, "GraphML"),
    "no such attribute": (GRAPH, OF_GRAPH.replace("team", "tema"), "nothing in this graph has 'tema'"),
    "a strange team": (GRAPH.replace(">IT<", ">ITT<"), OF_GRAPH, "'ITT' is not a department in the study"),
    "a graph in UTF-16": (GRAPH.encode("utf-16"), OF_GRAPH, "not in UTF-8"),
    "a weight that no edge has": (GRAPH, OF_GRAPH + "weight: w\n", "nothing in this graph has 'w'"),
    "an empty graph": (GRAPH.replace('<edge source="a" target="b"/>', ""), OF_GRAPH, "none ties two departments"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_wrong_is_said(name, tmp_path, capsys):
    content, plan, said = BROKEN[name]
    graph = isinstance(content, str | bytes)
    written = content.encode() if isinstance(content, str) else content if graph else as_csv(content)
    source = put(tmp_path, "a.graphml" if graph else "a.csv", written)
    mapping = put(tmp_path, "m.yaml", plan.encode())
    told = {}
    for language in LANGUAGES:
        assert main(["network", source, mapping, "--lang", language]) == 1
        told[language] = capsys.readouterr().err
        assert "Traceback" not in told[language]
    assert said in told["en"]
    assert told["en"] != told["nl"]
    assert told["en"].count("'Slaes'") <= 1


def test_people_are_in_one_department(tmp_path):
    source = put(tmp_path, "a.csv", as_csv([("Source", "Target"), ("p", "q")]))
    staff = put(tmp_path, "p.csv", as_csv([("Name", "Team"), ("p", "Sales"), ("q", "IT"), ("p ", "IT")]))
    mapping = put(tmp_path, "m.yaml", STAFF)
    refused = refusal(lambda: read_network(source, mapping, case().organisation, staff))
    assert "another department than above" in str(refused)
    assert refused.problems[0].file == staff


def test_numbers_are_people_in_every_file(tmp_path):
    ties_ = [("Source", "Target"), (12, 7), (7, 12), (12, 9)]
    staff = [("Id", "Team"), (12, "Sales"), (7, "IT"), (9, "Finance")]
    mapping = put(tmp_path, "m.yaml", b"network: 1\nfrom: Source\nto: Target\npeople: {id: Id, department: Team}\n")
    read = [
        read_network(
            put(tmp_path, f"t.{a}", made(ties_)), mapping, case().organisation, put(tmp_path, f"p.{b}", made_(staff))
        )
        for a, made in (("csv", as_csv), ("xlsx", workbook_of))
        for b, made_ in (("csv", as_csv), ("xlsx", workbook_of))
    ]
    assert [contacts.strengths for contacts in read] == [read[0].strengths] * 4
    assert read[0].strengths["contact"][("IT", "Sales")] == 1.0


def test_who_differs_in_case_is_somebody_else(tmp_path):
    graph = GRAPH.replace('id="b"', 'id="A"').replace('target="b"', 'target="A"')
    contacts = read_network(
        put(tmp_path, "a.graphml", graph.encode()), put(tmp_path, "m.yaml", OF_GRAPH.encode()), case().organisation
    )
    assert contacts.strengths["contact"] == {("IT", "Sales"): 1.0}


def test_what_a_graph_says_by_default_counts(tmp_path):
    key = '<key id="w" for="edge" attr.name="w" attr.type="double"><default>4.0</default></key>'
    graph = GRAPH.replace("<graph edge", key + "<graph edge")
    plan = OF_GRAPH + "weight: w\n"
    contacts = read_network(
        put(tmp_path, "a.graphml", graph.encode()), put(tmp_path, "m.yaml", plan.encode()), case().organisation
    )
    assert contacts.networks["contact"].weights == {("IT", "Sales"): 4.0}


def test_a_strange_department_is_told_where_it_stands(tmp_path):
    source = put(tmp_path, "a.csv", as_csv([("Source", "Target"), ("p", "q")]))
    staff = put(tmp_path, "p.csv", as_csv([("Name", "Team"), ("p", "Slaes"), ("q", "IT")]))
    mapping = put(tmp_path, "m.yaml", STAFF)
    problem = refusal(lambda: read_network(source, mapping, case().organisation, staff)).problems[0]
    assert (problem.file, problem.place.short) == (staff, "B2")
    plain = put(tmp_path, "n.yaml", b"network: 1\nfrom: Source\nto: Target\n")
    assert refusal(lambda: read_network(source, plain, case().organisation, staff)).problems[0].key == "people_unused"


def test_few_people_have_no_index_and_are_not_told_by_the_others(tmp_path, capsys):
    rows_ = [("Source", "Target", "Weight"), *rows()[1], ("x1", "p0", 1), ("x1", "x2", 1), ("x2", "p1", 1)]
    source = put(tmp_path, "a.csv", as_csv(rows_))
    staff = put(
        tmp_path, "p.csv", as_csv([("Name", "Team"), *rows()[0].items(), ("x1", "Logistics"), ("x2", "Logistics")])
    )
    mapping = put(
        tmp_path,
        "m.yaml",
        b"network: 1\nfrom: Source\nto: Target\nweight: Weight\npeople: {id: Name, department: Team}\n",
    )
    assert main(["network", source, mapping, "--people", staff]) == 0
    table = [line.split() for line in capsys.readouterr().out.splitlines()[2:11]]
    assert sum(line[-1] == "–" for line in table if line and line[-2] != "0") == 2


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["csv", "graphml"]))
def test_whatever_is_read_is_read_or_refused(tmp_path_factory, content, ending):
    folder = tmp_path_factory.mktemp("fuzz")
    start = GRAPH[:150].encode() if ending == "graphml" else b"Source,Target\n"
    source = put(folder, f"a.{ending}", start + content)
    mapping = put(
        folder, "m.yaml", (OF_GRAPH if ending == "graphml" else "network: 1\nfrom: Source\nto: Target\n").encode()
    )
    refused = refusal(lambda: read_network(source, mapping, case().organisation))
    assert refused.told("nl")
