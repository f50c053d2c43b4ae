"""The search for what tells mutants makes its finds plainer, also those of a search that lost its process."""

from __future__ import annotations

import pytest

from testwright.inside.exploring.progress import Budget
from testwright.inside.observing.checks import Place
from testwright.inside.recipes import Call, Const, Name
from testwright.inside.scenario import Scenario, Step
from testwright.inside.surviving.noticed import Noticing
from testwright.inside.surviving.search import SurvivorSearch
from testwright.inside.surviving.switching import SwitchedModule

SOURCE = """
def price(weight: int, name: str = "", note: str = "", colour: str = "") -> str:
    if weight > 37:
        return "heavy"
    return "light"
"""


def search_in(noted) -> SurvivorSearch:
    budget = Budget(20.0, 400)
    campaign = noted.campaign(budget)
    campaign.run()
    switched = SwitchedModule(noted.module, str(noted.path), SOURCE.encode())
    place = Place(noted.module.__name__, str(noted.path), (str(noted.path.parent),))
    return SurvivorSearch(campaign, switched, place, budget, Noticing(str(noted.path), SOURCE))


def the_limit(search: SurvivorSearch) -> int:
    """The mutant that says `weight >= 37`."""
    sites = {id(site): site for site in search.switched.sites.values()}.values()
    return next(m.number for site in sites for m in site.mutants if site.shown(m) == "weight >= 37")


@pytest.mark.parametrize("noted", [SOURCE], indirect=True)
def test_an_earlier_find_is_made_plainer(noted) -> None:
    search = search_in(noted)
    number = the_limit(search)
    words = (("name", Const("ab")), ("note", Const("x")), ("colour", Const("zz")))
    scenario = Scenario((Step(Call(Name(noted.module.__name__, "price"), (Const(37),), words), "result"),), "price")
    search.leave_out([number])
    search.resume(scenario, "", [number], detailed=False)
    (entry,) = (entry for entry, kills in search.run([]) if kills == {number})
    assert entry.scenario.steps[-1].recipe == Call(Name(noted.module.__name__, "price"), (Const(37),))
