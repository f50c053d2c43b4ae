"""A call is written as Python that runs by itself."""

from testwright.inside.recipes import Await, Call, Const, Name, Patch, Variable
from testwright.inside.scenario import Scenario, Step
from testwright.write.render_call import render_call


def test_imports_come_first_and_the_last_step_binds_nothing():
    steps = (
        Step(Call(Name("m", "Cart")), "cart"),
        Step(Const(3), "cart", "limit"),
        Step(Call(Name("m", "total"), (Variable("cart"),)), "result"),
    )
    assert (
        render_call(Scenario(steps, "total"), "m")
        == "from m import Cart, total\n\ncart = Cart()\ncart.limit = 3\ntotal(cart)"
    )


def test_items_are_set_as_a_person_sets_them():
    put = Call(Name("operator", "setitem"), (Variable("cart"), Const("pen"), Const(2)))
    steps = (
        Step(Call(Name("m", "Cart")), "cart"),
        Step(put),
        Step(Call(Name("m", "total"), (Variable("cart"),)), "result"),
    )
    assert render_call(Scenario(steps, "total"), "m").endswith('cart = Cart()\ncart["pen"] = 2\ntotal(cart)')


def test_what_is_awaited_gets_a_loop():
    step = Step(Await(Call(Name("m", "fetch"), (Const(1),))), "result")
    assert render_call(Scenario((step,), "fetch"), "m").endswith("asyncio.run(fetch(1))")


def test_what_needs_a_test_around_it_is_not_written():
    steps = (Step(Patch("setenv", "A", Const("b"))), Step(Call(Name("m", "f")), "result"))
    assert render_call(Scenario(steps, "f"), "m") == ""
