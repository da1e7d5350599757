"""HTML: a well-formed fragment, formulas as MathML, everything from outside escaped."""

import re
import xml.etree.ElementTree as ET

import pytest

import symflops as sf

M = "{http://www.w3.org/1998/Math/MathML}"
k, C_in, C_out, H, W, s, p, d, g, D = sf.dims("k C_in C_out H W s p d g D")
COSTS = {
    "vgg16": sf.cost(sf.zoo.vgg16()),
    "resnet50": sf.cost(sf.zoo.resnet50()).at(H=224, W=224),
    "conv": sf.cost(
        sf.Conv2d(C_in, C_out, k, stride=s, padding=p, dilation=d, groups=g), (C_in, H, W)
    ),
    "repeat": sf.cost(sf.Repeat(sf.Residual(sf.Linear(D, D)), 2 * k + 1), (D,)),
    "hostile": sf.cost(
        sf.Sequential(**{n: sf.Linear(D, D) for n in ("<b>", "a&b", "]]>", '"', "-->", "层")}), (D,)
    ),
}


def fragment(table):
    return ET.fromstring(f"<div>{table.to_html()}</div>")  # noqa: S314 - our own


@pytest.mark.parametrize("name", COSTS)
def test_well_formed_with_a_cell_for_every_column(name):
    table = COSTS[name].table()
    found = fragment(table)
    assert [child.tag for child in found][:2] == ["style", "table"]
    rows = list(found.iter("tr"))
    assert len(rows) == len(table.lines) + 1
    assert {len(list(row)) for row in rows} == {len(table.columns)}
    assert [part.tag for part in found.find("table")] == ["thead", "tbody", "tfoot"]
    assert len(found.findall("p")) == len(table.below)


def test_words_are_escaped():
    html = COSTS["hostile"].table().to_html()
    assert "<b>" not in html
    names = [row[0].text for row in fragment(COSTS["hostile"].table()).find("table/tbody")]
    assert names == [f"{n} Linear" for n in ("<b>", "a&b", "]]>", '"', "-->", "层")]


def test_formulas_are_mathml_and_numbers_are_text():
    table = COSTS["vgg16"].table()
    first = list(fragment(table).find("table/tbody")[0])
    assert first[0].text == "features.0 Conv2d"
    assert "".join(first[1].itertext()) == "64×H×W"
    assert first[2].text == "1,792"
    assert [element.tag for element in first[3]] == [f"{M}math"]
    assert "".join(first[3].itertext()) == "1,728HW"
    numbers = list(fragment(COSTS["resnet50"].table()).find("table/tbody")[0])
    assert [cell.text for cell in numbers[1:3]] == ["64 × 112 × 112", "9,408"]
    assert not list(numbers[1])


def test_a_long_sum_can_break_between_its_terms():
    total = fragment(COSTS["vgg16"].table()).find("table/tfoot/tr")[-2]
    terms = ["".join(element.itertext()) for element in total]
    assert terms[0] == "38,592HW"
    assert len(terms) == 6
    assert all(term.startswith("+") for term in terms[1:])
    assert all(element.tail == " " for element in list(total)[:-1])


def test_repetitions_and_conditions_are_mathematics():
    html = COSTS["repeat"].table().to_html()
    label = fragment(COSTS["repeat"].table()).find("table/tbody/tr/td")
    assert "".join(label.itertext()) == "*.body Linear × (2k+1)"
    assert re.search(r"Shares depend on <math[^>]*><mrow><mi>D</mi>", html)
    note = fragment(COSTS["conv"].table()).findall("p")[1]
    assert "".join(note.itertext()).startswith("Holds for g | Cin, g | Cout, H+d+2p ≥ kd+1")


def test_numbers_are_right_and_words_left():
    row = fragment(COSTS["resnet50"].table()).find("table/tbody/tr")
    kinds = [cell.get("class") for cell in row]
    assert kinds == ["word", "word", "count", "count", "count", "count"]
