"""Tests for ledger, proven by running (testwright 0.1, seed 1)."""

import asyncio

import pytest

from ledger import Inbox, fetch


# proof: 5/5 runs · 2 new lines, 1 new branch
def test_fetch():
    assert asyncio.run(fetch("tea")) == "TEA"


# proof: 5/5 runs · 2 new lines, 1 new branch
def test_fetch_raises_lookup_error_for_empty_text():
    with pytest.raises(LookupError, match=r"which account\?$"):
        asyncio.run(fetch(""))


# proof: 5/5 runs · 2 new lines, 1 new branch
def test_inbox_get_after_put():
    async def scenario():
        inbox = Inbox()
        await inbox.put("hello")

        assert await inbox.get() == "hello"

    asyncio.run(scenario())
