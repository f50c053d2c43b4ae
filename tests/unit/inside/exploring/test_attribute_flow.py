"""What methods change and read, told by their source."""

from __future__ import annotations

import pytest

from testwright.inside.exploring.attribute_flow import AttributeFlow
from testwright.inside.providers.source_facts import SourceFacts

SOURCE = """
class A:
    def set(self, x):
        self.x = x

    def put(self, key):
        self.table[key] = 1

    def put_deep(this, key):
        this.table[key].part = 1

    def add(self, item):
        self.items.append(item)

    def count_up(self):
        self.count += 1

    def drop(self):
        del self.table["a"]

    def through(self):
        self.set(1)
        self.through()

    def look(self):
        return self.x, self.table, self.items, self.count

    def look_through(self):
        return self.look()

    def split(self):
        return self.x.split()

    def other(self, stranger):
        stranger.x = 1

    @staticmethod
    def alone():
        return 1
"""


CONTENT = """
class Jar(dict):
    def __setitem__(self, key, value):
        return super().__setitem__(key, value)

    def put(self, key):
        self[key] = 1

    def put_all(self, more):
        self.update(more)

    def drop(self, key):
        del self[key]

    def look(self, key):
        return self[key]

    def count(self):
        return len(self)

    def loop(self):
        return [key for key in self]

    def pairs(self):
        return list(self.items())

    def encode(self):
        return str(self).encode()

    def name(self):
        return "jar"
"""


@pytest.mark.parametrize("reading", ["look", "count", "loop", "pairs", "encode"])
@pytest.mark.parametrize("changing", ["__setitem__", "put", "put_all", "drop"])
def test_what_the_object_itself_holds_counts_too(changing: str, reading: str) -> None:
    flow = AttributeFlow(SourceFacts(CONTENT).functions)
    assert flow.prepares(f"Jar.{changing}", f"Jar.{reading}") == 1
    assert flow.prepares(f"Jar.{changing}", "Jar.name") == 0
    assert flow.prepares(f"Jar.{reading}", "Jar.look") == 0


@pytest.mark.parametrize(
    ("method", "target", "attributes"),
    [
        ("set", "look", 1),
        ("put", "look", 1),
        ("put_deep", "look", 1),
        ("add", "look", 1),
        ("count_up", "look", 1),
        ("drop", "look", 1),
        ("through", "look", 1),
        ("set", "look_through", 1),
        ("set", "count_up", 0),
        ("count_up", "count_up", 1),
        ("split", "look", 0),
        ("other", "look", 0),
        ("alone", "look", 0),
        ("look", "look", 0),
        ("missing", "look", 0),
    ],
)
def test_a_method_prepares_what_reads_its_changes(method: str, target: str, attributes: int) -> None:
    flow = AttributeFlow(SourceFacts(SOURCE).functions)
    assert flow.prepares(f"A.{method}", f"A.{target}") == attributes
