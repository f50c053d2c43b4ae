"""generate plants bugs: the tests that it keeps catch them, and the report says which ones survive."""

from __future__ import annotations

PRICES = """
def shipping(weight: int, express: bool = False) -> int:
    price = 5
    if weight > 37:
        price = 9
    if express:
        price += 3
    return price
"""


def test_limits_are_tested_and_the_proof_says_so(make_project) -> None:
    project = make_project({"prices.py": PRICES})
    run = project.run("generate", "prices", "--json", "--max-executions", "3000")
    assert run.code == 0
    [module] = run.document["modules"]
    assert module["mutants"]["planted"] == module["mutants"]["caught"]
    assert module["mutants"]["survivors"] == []
    text = project.read("tests/test_prices.py")
    assert " mutants" in text
    assert "37" in text
    assert project.pytest().code == 0
    project.write("prices.py", PRICES.replace("> 37", ">= 37"))
    assert project.pytest().code == 1


def test_what_is_stripped_or_looked_for_among_characters_is_tested(make_project) -> None:
    code = """
        def trimmed(text: str) -> str:
            return text.rstrip(".!")

        def has_sign(text: str) -> bool:
            return any(character in "+-" for character in text)
        """
    project = make_project({"texts.py": code})
    run = project.run("generate", "texts", "--json", "--max-executions", "3000")
    [module] = run.document["modules"]
    assert [one for one in module["mutants"]["survivors"] if one["operator"] == "constant"] == []


def test_without_mutants_covering_is_enough(make_project) -> None:
    project = make_project({"prices.py": PRICES})
    run = project.run("generate", "prices", "--json", "--max-executions", "3000", "--no-mutants")
    [module] = run.document["modules"]
    assert module["mutants"] == {}
    assert module["after"] == 100.0
    assert "mutant" not in project.read("tests/test_prices.py")


def test_what_others_register_is_there_in_a_test(make_project) -> None:
    conf = "class Settings:\n    def __init__(self):\n        self.handlers = {}\n\nsettings = Settings()\n"
    code = """
        import conf

        def handled(name: str) -> str:
            if name in conf.settings.handlers:
                return "known"
            return "unknown"
        """
    project = make_project({"conf.py": conf, "routes.py": code})
    run = project.run("generate", "routes.py", "--json", "--max-executions", "3000")
    [module] = run.document["modules"]
    assert module["after"] == 100.0
    assert "handlers" in project.read("tests/test_routes.py")
    assert project.pytest().code == 0
