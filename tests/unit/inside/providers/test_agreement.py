"""Arguments of one call fit each other."""

import decimal

from testwright.inside.exploring.live_module import Parameter
from testwright.inside.providers.sample_types import COLOR, POINT, RECORD
from testwright.inside.recipes import Const, Dictionary, Item, Name, Sequence, Surroundings, evaluate

OPEN = [Parameter("kind", "positional-only"), Parameter("data", "positional-only")]


def settled(maker, args, parameters=OPEN, times=60):
    return [maker.agreement.settle(parameters, list(args)) for _ in range(times)]


def test_data_beside_a_dataclass_has_its_fields(maker_of):
    made = [data for _, data in settled(maker_of(""), [POINT, Const(1)])]
    assert any(isinstance(d, Dictionary) and {k.value for k, _ in d.items} == {"x", "y"} for d in made)


def test_data_beside_a_hint_fits_the_hint(maker_of):
    hint = Item(Name("typing", "List"), Name("builtins", "int"))
    made = [data for _, data in settled(maker_of(""), [hint, Const("nothing")]) if data != Const("nothing")]
    assert made
    assert all(isinstance(d, Sequence) and all(isinstance(i.value, int) for i in d.items) for d in made)


def test_decoded_data_of_an_enum_are_its_values(maker_of):
    maker = maker_of("")
    kind = maker.agreement.type_of(COLOR)
    assert {maker.agreement.data(kind, COLOR, True).value for _ in range(30)} == {"red", "blue"}


def test_nested_records_evaluate(maker_of):
    maker = maker_of("")
    kind = maker.agreement.type_of(RECORD)
    for flat in (True, False):
        for _ in range(30):
            evaluate(maker.agreement.data(kind, None, flat), Surroundings())


def test_flat_numbers_and_instances(maker_of):
    maker = maker_of("")
    flat, whole = (evaluate(maker.agreement.data(decimal.Decimal, None, f), Surroundings()) for f in (True, False))
    assert isinstance(flat, (str, int))
    assert isinstance(whole, decimal.Decimal)


def test_a_parameter_with_a_hint_is_left_alone(maker_of):
    parameters = [OPEN[0], Parameter("data", "positional-only", hint=int)]
    assert all(data == Const(1) for _, data in settled(maker_of(""), [POINT, Const(1)], parameters))


def test_two_mappings_come_to_share_keys(maker_of):
    first, second = Dictionary(((Const("a"), Const(1)),)), Dictionary(((Const("b"), Const(2)),))
    assert any(d == Dictionary(((Const("a"), Const(2)),)) for _, d in settled(maker_of(""), [first, second]))
