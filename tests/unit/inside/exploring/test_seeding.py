"""The results that docstrings show are read with the statements before them, as long as all of these can be replayed."""

from testwright.inside.exploring.seeding import documented_results

SOURCE = '''
def double(number):
    """Twice as much.

    >>> double(2)
    4
    >>> kept = double(3)
    >>> double(kept)
    12
    >>> double(5)  # doctest: +SKIP
    11
    >>> double(6)
    12
    """
    return number * 2


def unclear(number):
    """
    >>> unclear(1)
    1
    >>> for n in range(3): unclear(n)
    >>> unclear(2)
    2
    """
    return number
'''


def test_results_are_read_with_what_goes_before(live_module_of):
    live = live_module_of(SOURCE)
    found = [(s.target, len(s.steps), shown) for s, shown in documented_results(live, {"double", "unclear"})]
    assert found == [("double", 1, "4"), ("double", 3, "12"), ("unclear", 1, "1")]


def test_only_targets_are_asked_about(live_module_of):
    assert list(documented_results(live_module_of(SOURCE), {"other"})) == []
