"""What looks like a bug is listed with a call that shows it, and makes no test unless it is asked for."""

from __future__ import annotations

import pytest

SOURCE = '''
    """A shop."""

    def initials(name: str) -> str:
        """The first letters of the words."""
        if len(name) > 99:
            raise ValueError("too long")
        return "".join(word[0].upper() for word in name.split(" "))

    def sign(number: int) -> str:
        if number > 0:
            return "positive"
        if number < 0:
            return "negative"

    def double(number: int) -> int:
        """Twice as much.

        >>> double(2)
        5
        """
        return number * 2

    def encode(number: int) -> str:
        return f"{number:x}"

    def decode(text: str) -> int:
        return int(text, 17)

    def ordered(items: list[int]) -> list[int]:
        """Returns a sorted copy."""
        items.sort()
        return items
    '''
SOUND = '''
    """A shop without bugs."""

    def initials(name: str) -> str:
        """The first letters of the words.

        >>> initials("ada king")
        'AK'
        """
        return "".join(word[0].upper() for word in name.split())

    def price(prices: dict[str, int], name: str) -> int:
        return prices[name]

    def share(part: float, whole: float) -> float:
        return part / whole

    def first(items):
        return items[0].name
    '''
WORK = ("--max-executions", "1500")
KINDS = {
    "internal-error",
    "contradicted-annotation",
    "contradicted-example",
    "broken-round-trip",
    "changed-argument",
}


@pytest.fixture
def shop(make_project):
    return make_project({"shop.py": SOURCE})


def test_each_is_listed_and_none_becomes_a_test(shop):
    done = shop.run("generate", "shop.py", "--json", "--sarif", "found.sarif", *WORK)
    assert done.code == 0, done.err
    found = [s for s in done.document["modules"][0]["suspicions"] if s["confident"]]
    assert {s["slug"] for s in found} == KINDS
    by_slug = {s["slug"]: s for s in found}
    assert by_slug["internal-error"]["call"].endswith('initials("")')
    assert by_slug["internal-error"]["line"] == 7
    assert by_slug["contradicted-annotation"]["call"].endswith("sign(0)")
    assert by_slug["contradicted-example"]["happened"] == "4"
    tests = shop.read("tests/test_shop.py")
    assert "IndexError" not in tests
    assert "None" not in tests
    assert "double(2)" not in tests
    before = shop.findings("found.sarif")
    assert {result["ruleId"] for result in before.values()} == KINDS
    assert shop.pytest().code == 0
    shop.write("shop.py", f"# moved\n\n{shop.read('shop.py')}")
    shop.run("generate", "shop.py", "--diff", "--sarif", "found.sarif", "--seed", "7", *WORK)
    after = shop.findings("found.sarif")
    assert after
    assert after.keys() <= before.keys()
    assert {line(after[each]) - line(before[each]) for each in after} == {2}


def line(result) -> int:
    return result["locations"][0]["physicalLocation"]["region"]["startLine"]


def test_the_report_shows_the_calls(shop):
    done = shop.run("generate", "shop.py", *WORK)
    assert "5 calls look as if the code had a bug:" in done.out
    assert "shop.py:7  IndexError: string index out of range [internal-error]" in done.out
    assert 'initials("")' in done.out


def test_they_are_pinned_when_asked_for(shop):
    done = shop.run("generate", "shop.py", "--pin-suspicions", *WORK)
    assert done.code == 0, done.err
    tests = shop.read("tests/test_shop.py")
    pinned = tests.partition("# pins what looks like a bug (internal-error)")[2]
    assert "pytest.raises(IndexError)" in pinned
    assert "# pins what looks like a bug (contradicted-annotation)" in tests
    assert shop.pytest().code == 0


def test_sound_code_is_not_accused(make_project):
    done = make_project({"shop.py": SOUND}).run("generate", "shop.py", "--json", *WORK)
    assert done.code == 0, done.err
    assert [s for s in done.document["modules"][0]["suspicions"] if s["confident"]] == []
