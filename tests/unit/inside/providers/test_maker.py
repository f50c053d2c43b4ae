"""What calls taught is offered again, but for what a function without an end gave."""

from __future__ import annotations

from testwright.inside.recipes import Call, Const, Name


def test_results_of_an_endless_function_are_arguments_no_more(maker_of):
    maker = maker_of("def forever(x):\n    return iter(int, 1)\n\ndef take(items):\n    return 1\n")
    endless = Call(Name(maker.live.name, "forever"), (Const(1),))
    maker.learn_argument("items", endless)
    maker.learn_argument("items", Const("abc"))
    maker.forget("forever")
    maker.learn_argument("items", Call(Name("itertools", "chain"), (endless,)))
    assert maker.by_parameter["items"] == [Const("abc")]


def test_options_that_only_have_a_name_are_switched_on(maker_of):
    maker = maker_of("def walk(root, **kwargs):\n    return kwargs.pop('trace', ()), kwargs.get('deep')\n")
    (walk,) = [each for each in maker.live.callables() if each.qualname == "walk"]
    options = walk.parameters[-1]
    given = [pair for _ in range(200) for pair in maker.extra_keywords(options, 0, set())]
    assert given.count(("trace", Const(True))) > 10
    assert given.count(("deep", Const(True))) > 10
    assert len({value for name, value in given if name == "trace"}) > 5
