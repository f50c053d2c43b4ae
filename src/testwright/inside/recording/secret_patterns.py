"""Holds what secrets look like, whatever they are called: keys, tokens, hashes, card numbers, passwords in addresses.

Each pattern's group `secret` (the whole match without one) is what is replaced; `needs` must be in the text (in lower
case) for the pattern to be tried at all, which spares most texts the search.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["CARD", "HASHES", "KEY_PREFIX", "PATTERNS", "PEM", "SecretPattern", "is_card", "is_random"]

_PREFIXES = (
    r"gh[pousr]_|github_pat_|glpat-|xox[abeoprs]-|xapp-|sk_live_|sk_test_|rk_live_|rk_test_|whsec_|sk-ant-|sk-proj-|sk-"
    r"|AIza|ya29\.|AKIA|ASIA|npm_|pypi-|hf_|SG\.|dop_v1_|shpat_|EAAC|key-"
)
KEY_PREFIX = re.compile(_PREFIXES + r"|(?i:bearer|basic|token|apikey|digest)\s+")
"""What a stand-in keeps at its beginning."""

PEM = re.compile(
    r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----(?P<body>(?:(?!-----)[\s\S])*)(?:-----END [A-Z0-9 ]*-----)?"
)
CARD = re.compile(r"[0-9](?<![\w.][0-9])[ -]?(?:[0-9][ -]?){10,17}[0-9](?![\w]|\.\d)")
"""Its first digit is what is looked for, and what must not be before it is asked then: so most of a text is passed quickly."""

_CRYPT = r"[./A-Za-z0-9]"
_B64 = r"[A-Za-z0-9+/]"
HASHES = tuple(
    map(
        re.compile,
        (
            rf"(?P<kept>(?:pbkdf2_[a-z0-9]+)\$\d+\$){_CRYPT}+\${_B64}{{16,}}=*",
            rf"(?P<kept>(?:bcrypt(?:_sha256)?\$)?\$2[abxy]?\$\d\d\$){_CRYPT}{{53}}",
            rf"(?P<kept>(?:argon2)?\$argon2(?:id|i|d)\$v=\d+\$[a-z]=\d+(?:,[a-z]=\d+)*\$){_B64}+=*\${_B64}+=*",
            rf"(?P<kept>scrypt\$)(?:\d+\$){_CRYPT}+\$\d+\$\d+\${_B64}{{16,}}=*",
            rf"(?P<kept>scrypt:\d+:\d+:\d+\$){_CRYPT}+\$[0-9a-f]{{32,}}",
            rf"(?P<kept>pbkdf2:[a-z0-9]+:\d+\$){_CRYPT}+\$[0-9a-f]{{32,}}",
            rf"(?P<kept>\$(?:5|6|y|7|gy)\$(?:rounds=\d+\$|[./A-Za-z0-9]{{2,6}}\$)?){_CRYPT}{{1,32}}\${_CRYPT}{{22,}}",
            rf"(?P<kept>\$1\$){_CRYPT}{{1,8}}\${_CRYPT}{{22}}",
            r"(?P<kept>(?:md5|sha1|sha256)\$)[A-Za-z0-9]+\$[0-9a-f]{32,64}",
        ),
    )
)


@dataclass(frozen=True, slots=True)
class SecretPattern:
    """May be where one of `needs` is in the text in lower case; `holds` looks at a match once more."""

    expression: re.Pattern[str]
    needs: tuple[str, ...] = ()
    holds: Callable[[str], bool] | None = None
    first: re.Pattern[str] | None = None
    """Found where the pattern may be (in the text in lower case), by a quicker search."""
    credentials: bool = False
    """A name and a password, in base64."""

    @property
    def group(self) -> int:
        """The group named `secret`; else all of it."""
        return self.expression.groupindex.get("secret", 0)


def is_card(text: str) -> bool:
    """As many digits as its brand has, and the last one fits the others (Luhn)."""
    digits = "".join(filter(str.isdigit, text))
    if not _BRANDS.fullmatch(digits) or len(set(digits)) < 2:
        return False
    doubled = [int(d) * (1 + place % 2) for place, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


_BRANDS = re.compile(
    r"4\d{12}(?:\d{3})?(?:\d{3})?|5[1-5]\d{14}|2(?:2[2-9]|[3-6]\d|7[01])\d{13}|2720\d{12}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}"
    r"|6(?:011|5\d\d|4[4-9]\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}|62\d{14,17}"
)


def is_random(text: str) -> bool:
    """Long, of letters and digits that nobody would have thought of, and no UUID (those are nearly always ids)."""
    if not 20 <= len(text) <= 500 or not _TOKEN.fullmatch(text) or _UUID.fullmatch(text):
        return False
    digits = sum(map(str.isdigit, text))
    return 3 <= digits < len(text) - 3 and len(set(text)) >= min(12, len(text) // 2)


_TOKEN = re.compile(r"[A-Za-z0-9_\-+/=.~]+")
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")


def _scheme_value(text: str) -> bool:
    """`Basic training` and `token of` are words."""
    word = text.rstrip(".,:;-")
    return len(text) >= 8 and not (word.isalpha() and word.islower())


PATTERNS: tuple[SecretPattern, ...] = (
    SecretPattern(PEM, ("private key",), lambda text: len(text) > 60),
    SecretPattern(re.compile(r"(?<![\w-])eyJ[\w-]{8,}\.(?:eyJ)?[\w-]{4,}(?:\.[\w-]*)?"), ("eyj",)),
    SecretPattern(
        re.compile(r"(?i)(?<![\w-])(?:bearer|token|apikey|digest)[ \t]+(?P<secret>[\w\-.~+/]{8,}=*)"),
        tuple(f"{word}{blank}" for word in ("bearer", "token", "apikey", "digest") for blank in " \t"),
        _scheme_value,
    ),
    SecretPattern(
        re.compile(r"(?i)(?<![\w-])basic[ \t]+(?P<secret>(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2,3}={0,2})?)(?![\w])"),
        ("basic ", "basic\t"),
        lambda text: _scheme_value(text) and not text.istitle(),
        credentials=True,
    ),
    *(
        SecretPattern(re.compile(rf"(?<![\w./]){re.sub(r'[(][?]P<kept>', '(?:', each.pattern)}(?![\w/])"), ("$",))
        for each in HASHES
    ),
    SecretPattern(re.compile(r"(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])"), ("akia", "asia")),
    SecretPattern(
        re.compile(r"(?<!\w)(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,})"),
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
    ),
    SecretPattern(re.compile(r"(?<!\w)(?:xox[abeoprs]|xapp)-[\w-]{10,}"), ("xox", "xapp-")),
    SecretPattern(re.compile(r"(?<!\w)(?:(?:sk|rk)_(?:live|test)_|whsec_)\w{10,}"), ("sk_", "rk_", "whsec_")),
    SecretPattern(re.compile(r"(?<!\w)AIza[\w-]{35}(?!\w)|(?<!\w)ya29\.[\w-]{20,}"), ("aiza", "ya29.")),
    SecretPattern(
        re.compile(r"(?<![\w-])sk-(?:ant-|proj-)?[\w-]{20,}"), ("sk-",), lambda text: any(map(str.isdigit, text))
    ),
    SecretPattern(
        re.compile(r"(?<![\w-])(?:glpat-|npm_|pypi-|hf_|dop_v1_|shpat_|SG\.)[\w.-]{20,}"),
        ("glpat-", "npm_", "pypi-", "hf_", "dop_v1_", "shpat_", "sg."),
        lambda text: any(map(str.isdigit, text)),
    ),
    SecretPattern(
        re.compile(r"[A-Za-z][\w+.-]*://[^\s/:@?#'\"<>]*:(?P<secret>[^\s/@'\"<>]+)@"),
        ("://",),
        first=re.compile(r"://[^\s/:@?#'\"<>]*:[^\s/@'\"<>]+@"),
    ),
    SecretPattern(re.compile(r"https?://(?P<secret>[0-9a-f]{32})@"), ("@",)),
    SecretPattern(CARD, (), is_card, first=re.compile(r"[0-9][0-9 -]{10,}[0-9]")),
)
