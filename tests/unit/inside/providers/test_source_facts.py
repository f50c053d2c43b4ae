"""Facts that the source tells beside the uses tree."""

from testwright.inside.providers.source_facts import SourceFacts

SOURCE = """
class A:
    def f(self, x, y):
        if safe_isinstance(x, Color):
            return isinstance(y, int)
        return _issubclass_safe(x, (B, C))

def g(field):
    options = field.metadata.get("tool", {})
    return [options.get(n) for n in ["encoder", "decoder"]]
"""


def test_classes_beside_a_parameter_are_found_in_wrappers_alone():
    facts = SourceFacts(SOURCE)
    assert facts.beside == {"A.f": {"x": {"isinstance": ["Color"], "subclass_of": ["B", "C"]}}}


def test_metadata_keys_and_their_options_are_found():
    facts = SourceFacts(SOURCE)
    assert facts.metadata_keys == ["tool"]
    assert {"encoder", "decoder"} <= set(facts.option_keys)


def test_a_module_without_metadata_has_no_options():
    assert SourceFacts("x = ['a', 'b']").option_keys == []


def test_source_that_does_not_parse_gives_no_facts():
    assert SourceFacts("def").beside == {}
