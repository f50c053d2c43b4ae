"""Replies as middling models give them, each with what is to be read in it."""

from __future__ import annotations

import pytest

from testwright.propose.from_model.reply_reading import is_repeating, read_reply

TEST = "def test_add():\n    assert add(1, 2) == 3\n"
OTHER = "def test_more():\n    assert add(2, 2) == 4\n"


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        pytest.param(TEST, TEST, id="nothing-around-it"),
        pytest.param(f"```python\n{TEST}```", TEST, id="a-fence"),
        pytest.param(f"```\n{TEST}```\n", TEST, id="a-fence-of-no-language"),
        pytest.param(f"~~~py\n{TEST}~~~", TEST, id="a-fence-of-tildes"),
        pytest.param(f"```python\r\n{TEST}```".replace("\n", "\r\n"), TEST, id="line-ends-of-windows"),
        pytest.param(f"Sure!\n\n```python\n{TEST}```\nHope it helps.", TEST, id="prose-around-a-fence"),
        pytest.param(f"Run it:\n```bash\npytest -q\n```\n```python\n{TEST}```", TEST, id="another-language-beside-it"),
        pytest.param(f"```python\n{TEST}", TEST, id="a-fence-that-is-not-closed"),
        pytest.param(
            f"Here is the test:\n\n{TEST}\nIt adds two numbers, don't you think?\n", TEST, id="prose-without-fence"
        ),
        pytest.param(f"<think>\ndef test_no(): 1/0\n</think>\n{TEST}", TEST, id="thoughts"),
        pytest.param(f"```python\n{TEST}```\nand\n```python\n{OTHER}```", f"{TEST}\n\n{OTHER}", id="two-fences"),
    ],
)
def test_code_is_found_in_what_stands_around_it(reply, code):
    read = read_reply(reply)
    assert (read.slug, read.code.split()) == ("", code.split())


@pytest.mark.parametrize(
    ("reply", "finish", "slug"),
    [
        pytest.param("I cannot write tests for this function.", "stop", "reply-without-code", id="prose"),
        pytest.param("", "stop", "reply-without-code", id="empty"),
        pytest.param("<think>well, first I should", "stop", "reply-without-code", id="thoughts-alone"),
        pytest.param(f"```python\n{TEST}```", "length", "reply-truncated", id="its-tokens-ran-out"),
        pytest.param(f"```python\n{TEST}```", "cancelled", "reply-truncated", id="stopped"),
        pytest.param("```python\ndef test_add():\n    assert add(1,", "stop", "reply-truncated", id="an-open-bracket"),
        pytest.param("```python\ndef test_add():\n```", "stop", "reply-truncated", id="no-body"),
        pytest.param("def test_add()\n    assert add(1) == 2\n", "stop", "reply-not-python", id="no-colon"),
        pytest.param("```python\ndef add(a, b):\n    return a + b\n```", "stop", "reply-without-tests", id="no-test"),
        pytest.param("# test\n" * 300, "stop", "reply-repeats", id="one-line-again-and-again"),
        pytest.param(TEST + "    assert add(1, 1) == 2\n" * 50, "length", "reply-repeats", id="one-statement-again"),
        pytest.param(
            f"```python\n{TEST}" + "def test_b():\n    x = 1\n\n" * 9, "length", "reply-repeats", id="one-test"
        ),
    ],
)
def test_what_is_no_result_says_why(reply, finish, slug):
    read = read_reply(reply, finish)
    assert (read.slug, read.code) == (slug, "")
    assert read.reason


def test_one_test_that_cannot_be_read_costs_no_other():
    read = read_reply(f"```python\nimport pytest\n\n\ndef test_bad(:\n    pass\n\n\n{TEST}\n\n{OTHER}```")
    assert read.code.split() == ["import", "pytest", *TEST.split(), *OTHER.split()]
    assert [(name, slug) for name, slug, _ in read.lost] == [("test_bad", "reply-not-python")]


def test_a_test_that_is_cut_costs_no_other():
    read = read_reply(f"```python\n{TEST}\n\n@pytest.mark.parametrize('a', [\n    (1, 2),\n```")
    assert read.code.split() == TEST.split()
    read = read_reply(f"```python\n{TEST}\n\ndef test_cut():\n    assert add(\n```")
    assert [(name, slug) for name, slug, _ in read.lost] == [("test_cut", "reply-truncated")]


def test_a_table_of_rows_that_look_alike_is_no_loop():
    assert not is_repeating("".join(f"    ({number}, {number + 1}),\n" for number in range(100)))
    assert not is_repeating(TEST)
