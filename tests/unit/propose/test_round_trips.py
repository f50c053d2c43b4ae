"""Pairs that undo each other are found by name and annotation, and asked with plain values."""

import textwrap

from testwright.inside.recipes import Call, Const, Name
from testwright.inside.scenario import Scenario, Step
from testwright.nouns import Observation
from testwright.propose.round_trips import round_trips
from testwright.python_source.read_module import read_module
from testwright.write.render_call import render_call


def asked(source, *observations):
    text = textwrap.dedent(source)
    model = read_module(text, module="m", path="m.py")
    return [render_call(o.scenario, "m").splitlines()[2:] for o in round_trips(model, list(observations))]


def seen(target, *arguments):
    call = Call(Name("m", target), tuple(map(Const, arguments)))
    return Observation(Scenario((Step(call, "result"),), target), ())


PAIR = """
    def encode(number: int) -> str:
        return str(number)

    def decode(text: str) -> int:
        return int(text)
"""


def test_a_strict_pair_is_asked_with_what_the_first_takes():
    found = asked(PAIR, seen("encode", 77))
    assert ["decode(encode(77)) == 77"] in found
    assert ["decode(encode(63)) == 63"] in found


def test_a_loose_pair_is_asked_with_what_the_second_gave():
    found = asked(PAIR.replace("encode", "format_number").replace("decode", "parse_number"))
    first = ['original = parse_number("a")', "parse_number(format_number(original)) == original"]
    assert first in found


def test_a_to_b_and_b_to_a():
    assert asked(PAIR.replace("encode", "int_to_text").replace("decode", "text_to_int"))


def test_others_are_not_asked():
    assert asked(PAIR.replace("decode", "measure")) == []
    assert asked(PAIR.replace("-> int", "-> float")) == []
    assert asked(PAIR.replace("(text: str)", "(text)")) == []
    assert asked(PAIR.replace("encode", "_encode")) == []


def test_classes_that_compare_are_read_back():
    source = """
        from dataclasses import dataclass

        @dataclass
        class Point:
            x: int

            def to_dict(self) -> dict:
                return {"x": self.x}

            @classmethod
            def from_dict(cls, data: dict) -> "Point":
                return cls(**data)
    """
    step = Step(Call(Name("m", "Point"), (Const(3),)), "point")
    found = asked(source, Observation(Scenario((step,), "Point.to_dict"), ()))
    assert found == [["original = Point(3)", "Point.from_dict(original.to_dict()) == original"]]
    assert asked(source.replace("@dataclass\n", "\n"), Observation(Scenario((step,), "Point.to_dict"), ())) == []
