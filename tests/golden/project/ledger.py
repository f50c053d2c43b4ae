"""A small module with something of everything that a test can be about."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from pathlib import Path


class LedgerError(Exception):
    """The ledger refuses."""


class Side(Enum):
    DEBIT = "debit"
    CREDIT = "credit"


@dataclass
class Entry:
    account: str
    amount: Decimal
    side: Side = Side.DEBIT


@dataclass
class Ledger:
    currency: str
    entries: list[Entry] = field(default_factory=list)

    def post(self, account: str, amount: Decimal, *, side: Side = Side.DEBIT) -> Entry:
        if not account:
            raise LedgerError("an entry needs an account")
        entry = Entry(account, amount, side)
        self.entries.append(entry)
        return entry

    @property
    def total(self) -> Decimal:
        return sum((entry.amount for entry in self.entries), Decimal(0))

    def find(self, account: str) -> Entry | None:
        return next((entry for entry in self.entries if entry.account == account), None)


def ordinal(value: object) -> str:
    if not isinstance(value, int):
        return str(value)
    if value % 100 in (11, 12, 13):
        return f"{value}th"
    return f"{value}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(value % 10, 'th') }"


def is_valid_account(name: str, *, strict: bool = False) -> bool:
    return name.isidentifier() and (not strict or name.islower())


def parse_amount(text: str) -> Decimal:
    if not text.strip():
        raise ValueError("no amount given")
    whole, dot, cents = text.partition(".")
    if dot and len(cents) != 2:
        raise ValueError(f"{text} has {len(cents)} digits after the point (2 wanted)")
    if not whole.lstrip("-").isdigit():
        raise ValueError(f"{text} is no amount")
    return Decimal(text)


def split(amount: float, parts: int) -> list[float]:
    return [amount / parts] * parts


def lookup(names: dict[str, int], key: str) -> int:
    return names[key]


def statement(ledger: Ledger) -> str:
    lines = [f"{entry.account:<30}{entry.amount:>12} {ledger.currency}" for entry in ledger.entries]
    return "\n".join([*lines, f"{'total':<30}{ledger.total:>12} {ledger.currency}"]) + "\n"


def load(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def save(path: Path, lines: list[str]) -> int:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines)} lines saved")  # noqa: T201
    print("done", file=sys.stderr)  # noqa: T201
    return len(lines)


def test_balance(ledger: Ledger) -> bool:
    return ledger.total == 0


def apply(function: object, value: object) -> object:
    return function(value)  # type: ignore[operator]


async def fetch(account: str) -> str:
    await asyncio.sleep(0)
    if not account:
        raise LookupError("which account?")
    return account.upper()


class Inbox:
    def __init__(self) -> None:
        self._queue: asyncio.Queue[str] = asyncio.Queue()

    async def put(self, text: str) -> None:
        await self._queue.put(text)

    async def get(self) -> str:
        return await self._queue.get()


def _normalise(name: str) -> str:
    return name.strip().lower()
