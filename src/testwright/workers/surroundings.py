"""Holds surroundings unlike the usual ones: no test may depend on what the people who run it have set."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["ELSEWHERE", "FARTHER"]

ELSEWHERE: Mapping[str, str] = MappingProxyType(
    {
        "TZ": "AAA-9:30",
        "LC_ALL": "C",
        "COLUMNS": "40",
        "LINES": "10",
        **dict.fromkeys(("USER", "LOGNAME", "LNAME", "USERNAME"), "someone"),
        **dict.fromkeys(("EDITOR", "VISUAL", "PAGER", "BROWSER"), "some-program"),
        "SHELL": "/bin/some-shell",
        "TERM": "dumb",
        "NO_COLOR": "1",
        "CI": "true",
        "PYTHONDONTWRITEBYTECODE": "",
    }
)
"""A narrow terminal without colours, as in a service that runs tests."""

FARTHER: Mapping[str, str] = MappingProxyType(
    {
        "TZ": "BBB5",
        "COLUMNS": "200",
        "LINES": "60",
        **dict.fromkeys(("USER", "LOGNAME", "LNAME", "USERNAME"), "another one"),
        **dict.fromkeys(
            ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"), "/nowhere"
        ),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "DISPLAY": ":7",
        "LANG": "xx_YY.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
    }
)
"""A wide terminal with colours, as on somebody's desk."""
