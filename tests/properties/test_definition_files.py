"""Whatever a definition holds, its file is read back as the same, by the reader of TOML that Python has."""

from __future__ import annotations

import tomllib

from hypothesis import example, given
from hypothesis import strategies as st

from testwright.bench.definitions.schema import from_table
from testwright.bench.definitions.toml_text import to_plain, toml_text
from testwright.nouns.definition import CODE_CRITERIA, TEST_CRITERIA, BugFix, Definition, TestGenerationDefinition

ANY = st.text(st.one_of(st.sampled_from("'\"\\\n\r\t #a{}\x00\x7f\x0b"), st.characters(exclude_categories=["Cs"])))
SAYING = ANY.filter(str.strip)
TEXTS = st.lists(ANY).map(tuple)
ITEMS = st.lists(SAYING, min_size=1).map(tuple)
NAMES = st.from_regex(r"[A-Za-zé_][\w-]{0,9}!?", fullmatch=True)
LIMITS = {"timeout_s": st.floats(1e-9, 1e6), "memory_mb": st.integers(1, 10**6), "schema_version": st.integers(1, 2)}
ABOUT_IT = {
    "contributor": SAYING,
    "prompt": SAYING,
    "version": SAYING,
    "created": ANY,
    "difficulty": ANY,
    "tags": TEXTS,
}
CODE = st.builds(
    Definition,
    name=NAMES,
    criteria=st.lists(st.sampled_from(CODE_CRITERIA), min_size=1).map(tuple),
    examples=ITEMS,
    unit_tests=ITEMS,
    imports=TEXTS,
    reference_solution=SAYING,
    examples_setup=ANY,
    unit_tests_teardown=ANY,
    language=st.sampled_from(["julia", "python"]),
    isolation=st.sampled_from(["fork", "shared"]),
    files=st.dictionaries(
        st.from_regex(r"[\w .'\"é]{0,3}[a-z]", fullmatch=True).filter(lambda name: name != ".."), ANY
    ),
    wrong_solutions=ITEMS,
    source=ANY,
    **ABOUT_IT,
    **LIMITS,
)
TESTS = st.builds(
    TestGenerationDefinition,
    name=NAMES,
    criteria=st.lists(st.sampled_from(TEST_CRITERIA), min_size=1).map(tuple),
    source=SAYING,
    module=ANY,
    mutants=ITEMS,
    mutate=st.booleans(),
    bug_fix=st.none() | st.builds(BugFix, ANY, ANY),
    reference_tests=ANY,
    **ABOUT_IT,
    **LIMITS,
)


@given(CODE | TESTS)
def test_a_file_reads_back_equal(definition: Definition | TestGenerationDefinition) -> None:
    read, findings = from_table(tomllib.loads(toml_text(definition)))
    assert findings == []
    assert read == definition
    assert read is not None
    assert read.sha256 == definition.sha256


@given(ANY)
@example('"""\n"')
@example('\'\'\'\n""""')
@example("\n")
@example("\r\n")
@example("a\\\n  b'")
def test_any_text_is_written_so_that_it_is_read(text: str) -> None:
    definition = Definition("a", "b", ("parsed",), "c", "1", (), (), (text,), "d", examples_setup=text)
    (read,) = tomllib.loads(toml_text(definition)).values()
    assert read == to_plain(definition)["code_generation"]
