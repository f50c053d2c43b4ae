"""Thirty small functions, for replies of models about them."""

import asyncio
import json
import re
from dataclasses import dataclass, field
from decimal import Decimal


def add(a, b):
    return a + b


def clamp(value, low, high):
    if low > high:
        raise ValueError("low is above high")
    return max(low, min(high, value))


def slugify(text):
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def is_leap(year):
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def initials(name):
    return "".join(part[0].upper() for part in name.split())


def parse_pair(text):
    key, _, value = text.partition("=")
    if not key:
        raise ValueError(f"no key in {text!r}")
    return key, value


def average(numbers):
    return sum(numbers) / len(numbers)


def flatten(lists):
    return [item for each in lists for item in each]


def unique(items):
    return list(dict.fromkeys(items))


def chunks(items, size):
    return [items[n : n + size] for n in range(0, len(items), size)]


def to_roman(number):
    signs = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
    found = ""
    for value, sign in signs:
        while number >= value:
            found, number = found + sign, number - value
    return found


def vat(net, rate=Decimal("0.2")):
    return (net * (1 + rate)).quantize(Decimal("0.01"))


def mask(card, *, shown=4):
    return "*" * (len(card) - shown) + card[-shown:]


def merge(one, other):
    return {**one, **other}


def count_words(text):
    return len(text.split())


def fizz(number):
    return "fizz" if number % 3 == 0 else str(number)


def percent(part, whole):
    return round(100 * part / whole, 1)


def reverse_words(text):
    return " ".join(reversed(text.split()))


def first_or(items, default=None):
    return items[0] if items else default


def dumped(value):
    return json.dumps(value, sort_keys=True)


def cut(text, length):
    return text if len(text) <= length else text[: length - 1] + "…"


def sign(number):
    return (number > 0) - (number < 0)


def digits(text):
    return [int(each) for each in text if each.isdigit()]


def celsius(fahrenheit):
    return round((fahrenheit - 32) / 1.8, 1)


def split_name(name):
    first, _, last = name.rpartition(" ")
    return first or last, last


async def doubled(number):
    await asyncio.sleep(0)
    return number * 2


async def refused(number):
    raise ValueError(f"no {number}")


@dataclass
class Basket:
    lines: list = field(default_factory=list)

    def put(self, name, price=1):
        self.lines.append((name, price))
        return self

    def total(self):
        return sum(price for _, price in self.lines)


def saved(path, text):
    path.write_text(text)
    return len(text)


def last_line(text):
    return text.splitlines()[-1]
