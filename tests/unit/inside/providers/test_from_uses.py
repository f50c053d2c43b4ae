"""What a body does with a parameter shapes its values."""

from testwright.inside.recipes import Attribute, Call, Name


def parameter(maker, qualname, name):
    (target,) = [c for c in maker.live.callables() if c.qualname == qualname]
    return next(p for p in target.parameters if p.name == name)


def made_for(maker, values, source_name, name="x", times=80):
    uses = parameter(maker, source_name, name).uses
    return values(lambda: maker.uses.make(uses, 0), times)


def test_attributes_that_no_class_has_give_a_stub_with_them(maker_of, values):
    maker = maker_of("def f(x):\n    return x.first_thing + x.second_thing\n")
    assert all(hasattr(v, "first_thing") and hasattr(v, "second_thing") for v in made_for(maker, values, "f"))


def test_a_stub_is_a_simple_namespace(maker_of):
    maker = maker_of("")
    recipe = maker.uses.stub({"speed": {}}, 0)
    assert isinstance(recipe, Call)
    assert recipe.function == Name("types", "SimpleNamespace")


def test_text_methods_give_texts(maker_of, values):
    maker = maker_of("def f(x):\n    return x.upper().removeprefix('a')\n")
    assert any(isinstance(v, str) for v in made_for(maker, values, "f"))


def test_keys_give_a_mapping_with_them(maker_of, values):
    maker = maker_of("def f(x):\n    return x['size'] + x['weight']\n")
    assert any(isinstance(v, dict) and {"size", "weight"} <= v.keys() for v in made_for(maker, values, "f"))


def test_a_called_parameter_gives_callables(maker_of, values):
    maker = maker_of("def f(x):\n    return x(1)\n")
    assert all(callable(v) for v in made_for(maker, values, "f"))


def test_isinstance_gives_instances(maker_of, values):
    maker = maker_of("import datetime\ndef f(x):\n    return 1 if isinstance(x, datetime.date) else 2\n")
    found = [type(v).__name__ for v in made_for(maker, values, "f")]
    assert "date" in found


def test_a_wrapper_of_isinstance_counts_as_isinstance(maker_of, values):
    maker = maker_of(
        "import uuid\nfrom operator import is_ as isinstance_\ndef f(x):\n    return isinstance_(x, uuid.UUID)\n"
    )
    assert "UUID" in {type(v).__name__ for v in made_for(maker, values, "f")}


def test_a_wrapper_of_issubclass_gives_the_class(maker_of, values):
    maker = maker_of(
        "import decimal\nfrom operator import is_ as issubclass_\n"
        "def f(x):\n    return issubclass_(x, decimal.Decimal)\n"
    )
    assert "Decimal" in {getattr(v, "__name__", "") for v in made_for(maker, values, "f")}


def test_looking_up_by_a_variable_gives_mappings(maker_of, values):
    maker = maker_of("def f(x, k):\n    return x[k].amount\n")
    made = [v for v in made_for(maker, values, "f") if isinstance(v, dict) and v]
    assert made
    assert any(hasattr(item, "amount") for v in made for item in v.values())


def test_opened_names_are_files(maker_of):
    maker = maker_of("def f(x):\n    with open(x) as file:\n        return file.read()\n")
    uses = parameter(maker, "f", "x").uses
    assert "ScratchFile" in {type(maker.uses.make(uses, 0)).__name__ for _ in range(20)}


def test_metadata_keys_that_the_module_reads_are_on_sample_dataclasses(maker_of, values):
    maker = maker_of(
        "from dataclasses import fields\n"
        "def f(x):\n    for e in fields(x):\n        yield e.metadata.get('my_tool', {})\n"
    )
    made = made_for(maker, values, "f")
    tagged = [v for v in made if hasattr(v, "__dataclass_fields__") and v.__dataclass_fields__.get("label")]
    assert tagged
    assert all("my_tool" in v.__dataclass_fields__["label"].metadata for v in tagged)


def test_the_constants_of_a_name_that_it_is_compared_with(maker_of, values):
    maker = maker_of("LEVELS = ('low', 'high')\ndef f(x):\n    return x in LEVELS\n")
    assert {"low", "high"} <= {v for v in made_for(maker, values, "f", times=200) if isinstance(v, str)}


def test_texts_that_its_pattern_finds(maker_of, values):
    maker = maker_of("import re\ndef f(x):\n    return re.fullmatch(r'ab[0-9]{3}', x)\n")
    assert any(isinstance(v, str) and v.startswith("ab") and len(v) == 5 for v in made_for(maker, values, "f"))


def test_numbers_beside_those_that_it_meets(maker_of, values):
    maker = maker_of("def f(x):\n    return x > 4711\n")
    assert {4710, 4712} & {v for v in made_for(maker, values, "f", times=200) if isinstance(v, int)}


def test_the_lengths_that_are_asked_for(maker_of, values):
    maker = maker_of("def f(x):\n    return len(x) == 7\n")
    assert 7 in {len(v) for v in made_for(maker, values, "f", times=200) if hasattr(v, "__len__")}


def test_what_is_asked_whether_it_holds_something_holds_it_now_and_then(maker_of, values):
    maker = maker_of("def f(x):\n    return 'needle' in x\n")
    found = made_for(maker, values, "f", times=200)
    assert any("needle" in v for v in found if isinstance(v, list))
    assert any("needle" in v for v in found if isinstance(v, dict))


def test_the_arguments_of_a_rest_are_used_like_its_items(maker_of):
    maker = maker_of("def f(*x):\n    return x[0].upper() + x[1].upper()\n")
    (target,) = maker.live.callables()
    counts = [len(maker.arguments(target.parameters)[0]) for _ in range(60)]
    assert 2 in counts
    texts = [a for _ in range(60) for a in maker.arguments(target.parameters)[0][:2]]
    assert sum(isinstance(getattr(t, "value", None), (str, bytes)) for t in texts) > len(texts) / 2


def test_a_stub_has_now_and_then_only_some_of_many_attributes(maker_of):
    maker = maker_of("")
    sizes = {len(maker.uses.stub({"a": {}, "b": {}, "c": {}, "d": {}}, 0).kwargs) for _ in range(60)}
    assert 4 in sizes
    assert len(sizes) > 1


def test_what_is_asked_for_one_thing_among_others_answers_by_it(maker_of, values):
    maker = maker_of("def f(x):\n    return x.getone('host', None), x.getone('port', None)\n")
    made = made_for(maker, values, "f", times=60)
    answers = [[v.getone(name, None) for name in ("host", "port", "missing")] for v in made]
    assert sum(found[2] is None and found[0] is not None for found in answers) > len(answers) / 4


def test_what_is_told_something_does_not_answer_by_it(maker_of):
    maker = maker_of("def f(x):\n    x.run('fast', 1, 2)\n    return x.begin_now(x)\n")
    uses = maker.live.functions["f"]["parameters"][0]["uses"]
    for _ in range(40):
        made = dict(maker.uses.stub(uses["attributes"], 0).kwargs)
        assert not any(isinstance(value, Attribute) for value in made.values())
