"""The written file reads as one that a person wrote: what a reader wants first, code as code, one item a line."""

from __future__ import annotations

from dataclasses import replace
from textwrap import dedent

from testwright.bench.definitions.toml_text import to_plain, toml_text
from testwright.nouns.definition import BugFix, Definition, TestGenerationDefinition

CODE = Definition(
    name="double",
    contributor="us",
    criteria=("parsed", "executed"),
    prompt='Say "double".',
    version="1.0",
    examples=('double("it\'s")', 'double("a\\n")'),
    unit_tests=("one = 1\nassert double(one) == 2", "assert double(2) == 4", "text = '''\n\"\"\"a\\b'''", "x\ry"),
    imports=(),
    reference_solution="def double(n):\n    return 2 * n\n",
    language="python",
    files={"a.txt": "é\n", "b/c d.txt": ""},
)
TESTS = TestGenerationDefinition(
    name="doubled",
    contributor="us",
    criteria=("parsed",),
    prompt="Test it.",
    version="1.0",
    source="x = 1",
    mutate=False,
    bug_fix=BugFix("x = 2", "x = 1"),
    timeout_s=2.5,
    memory_mb=64,
)


def test_code_reads_as_code():
    expected = dedent('''
        [code_generation]
        language = "python"
        name = "double"
        contributor = "us"
        criteria = ["parsed", "executed"]
        prompt = 'Say "double".'
        version = "1.0"
        examples = ["double(\\\\"it's\\\\")", 'double("a\\\\n")']
        unit_tests = [
          \'\'\'
        one = 1
        assert double(one) == 2\'\'\',
          "assert double(2) == 4",
          """
        text = \'\'\'
        \\\\"""a\\\\\\\\b\'\'\'""",
          "x\\\\ry",
        ]
        imports = []
        reference_solution = \'\'\'
        def double(n):
            return 2 * n
        \'\'\'

        [code_generation.files]
        "a.txt" = \'\'\'
        é
        \'\'\'
        "b/c d.txt" = ""
    ''').lstrip("\n").replace("\\\\", "\\")  # fmt: skip
    assert toml_text(CODE) == expected


def test_a_long_list_has_a_line_for_each():
    text = toml_text(replace(CODE, imports=("a" * 50, "b" * 50)))
    assert f'imports = [\n  "{"a" * 50}",\n  "{"b" * 50}",\n]\n' in text


def test_what_has_its_default_is_left_out():
    assert list(to_plain(TESTS)["test_generation"]) == [
        *("name", "contributor", "criteria", "prompt", "version", "source"),
        *("mutate", "bug_fix", "timeout_s", "memory_mb"),
    ]
    text = toml_text(TESTS)
    assert "mutate = false\ntimeout_s = 2.5\nmemory_mb = 64\n" in text
    assert text.endswith('\n\n[test_generation.bug_fix]\nbefore = "x = 2"\nafter = "x = 1"\n')


def test_the_isolation_is_left_out_where_the_language_says_it():
    julia = replace(CODE, language="julia")
    assert [
        to_plain(replace(each, isolation=isolation))["code_generation"].get("isolation")
        for each in (CODE, julia)
        for isolation in ("fork", "shared")
    ] == [None, "shared", "fork", None]
