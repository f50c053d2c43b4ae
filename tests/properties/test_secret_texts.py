"""What a secret is found in by a quicker way is what the slower way finds it in."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from testwright.inside.recording.secret_names import NO, SecretNames
from testwright.inside.recording.secret_texts import SecretTexts, _names_assigned

PIECES = (
    *(
        "password",
        "x.password",
        "user[password]",
        "a-token",
        "name",
        "value",
        "api_key",
        "=",
        " = ",
        '="',
        '"',
        "'",
        "`=",
    ),
    *(
        "==",
        "&",
        " ",
        ": ",
        "hunter22",
        "s3cr3tValue9",
        "f(x)",
        "<input ",
        ">",
        "\n",
        "password=",
        "token='",
        "1.token=",
        "]secret=",
    ),
)


@example("use-token=one&token=two")
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_pairs_are_found_alike_by_their_names_and_by_going_through_all(text):
    """What nothing percent-encoded is in is looked through by the names alone: that is quicker, and must be all."""
    names, issued = SecretNames(), []
    texts = SecretTexts(names, (), lambda secret: issued.append(secret) or "*" * len(secret), True)
    found = [name for name in _names_assigned(text) if names.verdict(name) != NO]
    assert (texts._form_of(found, text) if found else text) == texts.form(text)
