"""Fixtures are made as pytest would make them: when they are asked for, once a test, and ended in the reverse order."""

from __future__ import annotations

from testwright.inside.rehearsing.services.fixture_values import (
    ServiceFixtures,
    fixtures_of_files,
    fixtures_of_text,
    used_by,
)

TEXT = """
import os
import pytest
done = []

@pytest.fixture
def engine(monkeypatch):
    monkeypatch.setenv("SHOP_OF_FIXTURES", "1")
    done.append("engine made")
    yield "engine"
    done.append("engine ended")

@pytest.fixture
def session(engine):
    yield done
    done.append("session ended")
    raise ValueError("this one does not end well")

@pytest.fixture(name="named")
def anything(session, engine):
    return engine

@pytest.fixture(autouse=True)
def always():
    done.append("always")

@pytest.fixture(params=[1, 2])
def several(request): ...

@pytest.fixture
async def later(): ...
"""


def test_values_are_made_once_and_ended_in_reverse(monkeypatch):
    import os

    functions = fixtures_of_text(TEXT)
    assert set(functions) == {"engine", "session", "named", "always"}
    assert used_by("named", functions) == {"named", "session", "engine", "monkeypatch"}
    fixtures = ServiceFixtures(functions, ["always"])
    assert fixtures["named"] == "engine"
    assert os.environ["SHOP_OF_FIXTURES"] == "1"
    done = fixtures["session"]
    fixtures.close()
    assert done == ["always", "engine made", "session ended", "engine ended"]
    assert "SHOP_OF_FIXTURES" not in os.environ


def test_files_are_read_from_the_outermost_on(tmp_path):
    inner = tmp_path / "tests"
    inner.mkdir()
    (tmp_path / "conftest.py").write_text(TEXT)
    (inner / "conftest.py").write_text("import pytest\n@pytest.fixture\ndef engine():\n    return 'inner'\n")
    (tmp_path / "broken.py").write_text("import no_such_module")
    functions, always = fixtures_of_files(
        map(str, [tmp_path / "conftest.py", tmp_path / "broken.py", inner / "conftest.py"])
    )
    assert always == ["always"]
    assert ServiceFixtures(functions)["engine"] == "inner"
