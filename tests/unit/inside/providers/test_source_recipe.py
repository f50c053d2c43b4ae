"""Source text read back as recipes gives the value that Python gives it."""

import json
import types

import pytest

from testwright.inside.providers.source_recipe import NotARecipe, SourceReader
from testwright.inside.recipes import Surroundings, evaluate

EXPRESSIONS = [
    "1", "-1.5", "'a'", "b'x'", "None", "[1, 'a']", "(1,)", "{1, 2}", "{'a': [1]}", "dict(a=1)",
    "'a,b'.split(',')", "[1, 2][0]",
    "1 + 2 * 3", "not 1", "1 < 2", "2 in [1]", "~3", "len('abc')", "math.pi", "math.floor(1.5)",
    "(lambda x, y=2: x + y)(1)", "{}",
]  # fmt: skip


@pytest.fixture
def reader():
    module = types.ModuleType("planted")
    exec("import math\n", vars(module))
    return SourceReader(module)


@pytest.mark.parametrize("source", EXPRESSIONS)
def test_the_recipe_has_the_value_of_the_source(reader, source):
    assert evaluate(reader.expression(source), Surroundings()) == eval(source, vars(reader.module).copy())


@pytest.mark.parametrize("source", ["[x for x in y]", "f(*a)", "unknown_name", "1 +", "f(**a)", "x[1:2]"])
def test_what_recipes_cannot_say_is_refused(reader, source):
    with pytest.raises(NotARecipe):
        reader.expression(source)


def test_statements_become_steps_with_imports_and_variables(reader):
    steps = reader.statements("import json\ntext = json.dumps([1])\njson.loads(text)\n")
    variables = {"text": json.dumps([1])}
    assert steps[0].variable == "text"
    assert evaluate(steps[0].recipe, Surroundings()) == variables["text"]
    assert evaluate(steps[1].recipe, Surroundings(variables=variables)) == [1]


def test_a_loop_is_refused(reader):
    with pytest.raises(NotARecipe):
        reader.statements("for x in []:\n    pass\n")
