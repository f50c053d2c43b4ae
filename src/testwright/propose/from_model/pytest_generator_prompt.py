"""Makes the prompts that models fine-tuned for pytest-generator were trained on, byte by byte."""

from __future__ import annotations

import re
from dataclasses import replace

from testwright.llm.exchange import ModelRequest, Sampling
from testwright.python_source.dependency_comment import KnownClasses, dependency_comment
from testwright.python_source.signature_text import SignatureText

__all__ = ["END", "TEMPLATE", "asked_code", "fine_tuned_request", "wrapped"]

END = "<|im_end|>"
_BEFORE = "<|im_start|>user\n"
_AFTER = f"\n{END}\n<|im_start|>assistant\n<think>\n\n</think>\n\n"
_CONTROL = re.compile(r"<\|(?=(im_start|im_end|endoftext)\|>)")

TEMPLATE = '''\
<task>
Write pytest tests for the Python function in the question. You see its signature and its docstring, and in a comment
what it calls on the objects that it is given. Answer with Python code alone.

<examples>
<example>
<question>
def initials(name: str) -> str:
    """Give the first letters of all words, as capitals. Raises ValueError for an empty name."""
</question>
<answer>
import importlib

import pytest

module = importlib.import_module("module")
initials = module.initials


def test_initials_of_two_words():
    assert initials("ada lovelace") == "AL"


def test_initials_of_an_empty_name():
    with pytest.raises(ValueError):
        initials("")
</answer>
</example>
<example>
<question>
def remember(store: Store, key: str) -> bool:
    """Save the key unless the store has it. Returns whether it was saved."""
    # Dependencies: store.has(key), store.save(key)
</question>
<answer>
import importlib
from unittest.mock import Mock

module = importlib.import_module("module")
remember = module.remember


def test_remember_saves_a_new_key():
    store = Mock()
    store.has.return_value = False
    assert remember(store, "a") is True
    store.save.assert_called_once_with("a")
</answer>
</example>
<example>
<question>
async def halve(number: int) -> int:
    """Half of an even number."""
</question>
<answer>
import importlib

import pytest

module = importlib.import_module("module")
halve = module.halve


@pytest.mark.asyncio
async def test_halve():
    assert await halve(4) == 2
</answer>
</example>
<example>
<question>
async def read_title(client: Client, address: str) -> str:
    """The title of the page at the address."""
    # Dependencies: client.get(address)
</question>
<answer>
import importlib
from unittest.mock import AsyncMock

import pytest

module = importlib.import_module("module")
read_title = module.read_title


@pytest.mark.asyncio
async def test_read_title():
    client = AsyncMock()
    client.get.return_value = {"title": "Home"}
    assert await read_title(client, "/") == "Home"
    client.get.assert_awaited_once_with("/")
</answer>
</example>
</examples>

<rules>
1. Import the module with importlib.import_module("module"), and take the function from it.
2. Take exceptions of the language as they are, such as ValueError.
3. Each test is a function of its own, with a name that says what it shows.
4. Write a test of the ordinary case, of the edges, and of what is refused.
5. Assert exact values, as the docstring gives them.
6. Replace objects under "Dependencies" by mocks, and everything else by plain values.
7. Call no method of a dependency that the comment does not list.
8. Use AsyncMock for what is awaited, and mark asynchronous tests with @pytest.mark.asyncio.
9. Use no network, no clock and no file but in tmp_path.
10. Write no explanation.
</rules>
</task>

<question>
{code}
</question>
'''
"""In the form that the models were trained on; only `{code}` is put in."""


def asked_code(function: SignatureText, known: KnownClasses, *, in_class: str = "") -> str:
    """What stands for `{code}`: signature and docstring, then the line of dependencies if there are any."""
    head = f"class {in_class}:\n" if in_class else ""
    comment = dependency_comment(function.node, known)
    return head + function.text + (f"\n{comment}" if comment else "")


def wrapped(template: str, code: str) -> str:
    """One turn of ChatML with an empty block of thought. What would be control tokens in the code is broken up."""
    return _BEFORE + template.replace("{code}", _CONTROL.sub("< |", code)) + _AFTER


def fine_tuned_request(template: str, code: str, sampling: Sampling) -> ModelRequest:
    """The prompt goes to the model raw, without a chat template; its own end of turn ends the reply."""
    stop = tuple(dict.fromkeys((*sampling.stop, END)))
    return ModelRequest(prompt=wrapped(template, code), sampling=replace(sampling, stop=stop))
