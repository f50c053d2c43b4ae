"""Applies the places that a project tells coverage.py are the same, its `[paths]`, as `coverage combine` does."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coverage.files import PathAliases

__all__ = ["PathEquivalences"]


class PathEquivalences:
    """`config_file` is coverage.py's of the project in `root`, "" for none. Relative places are relative to `root`,
    wherever the audit is run. `doubt` is "", or why there are none although the file has some.
    """

    def __init__(self, config_file: str = "", root: str = "") -> None:
        self.doubt = ""
        self._aliases: PathAliases | None = None
        """None where there are no rules, as mostly: names are many."""
        rules = _rules(config_file) if config_file else {}
        if any(len(places) > 1 for places in rules.values()):
            self._add(rules, config_file, os.path.realpath(root))

    def here(self, path: str) -> str:
        """The file here that an absolute path stands for, "" where no rule leads to one that is there."""
        mapped = self._aliases.map(path) if self._aliases is not None else path
        return "" if mapped == path else mapped

    def _add(self, rules: Mapping[str, Sequence[str]], config_file: str, root: str) -> None:
        from coverage.exceptions import CoverageException
        from coverage.files import PathAliases

        aliases = PathAliases()
        try:
            for places in rules.values():
                for pattern in places[1:]:
                    aliases.add(_placed(pattern, root), _placed(places[0], root))
        except CoverageException as error:
            self.doubt = f"the [paths] of coverage.py in {config_file} cannot be used: {error}"
        else:
            self._aliases = aliases


def _placed(place: str, root: str) -> str:
    """coverage.py takes what is relative from the current folder."""
    slashed = place.replace("\\", "/")
    if slashed.startswith(("*", "/")) or slashed[1:3] == ":/":
        return place
    return os.path.realpath(os.path.join(root, slashed))


def _rules(config_file: str) -> Mapping[str, Sequence[str]]:
    """By name the places that are the same, the one to keep first. The file is known to be readable."""
    from coverage import Coverage

    with warnings.catch_warnings():
        # An option that this coverage.py does not know is no matter of ours.
        warnings.simplefilter("ignore")
        found = Coverage(data_file=None, config_file=config_file, messages=False).get_option("paths")
    return found if isinstance(found, Mapping) else {}
