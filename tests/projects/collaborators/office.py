"""Small functions that each need something from outside: what ordinary project code looks like."""

import json
import logging
import os
import queue
import random
import smtplib
import sqlite3
import subprocess
import time
from datetime import datetime
from email.message import EmailMessage
from functools import cache
from urllib.request import urlopen

logger = logging.getLogger(__name__)


class UserService:
    """Knows the users; talks to a server."""

    def __init__(self, address: str) -> None:
        self.address = address

    def find_email(self, user_id: int) -> str | None:
        with urlopen(f"{self.address}/users/{user_id}") as response:
            return json.load(response).get("email")

    def deactivate(self, user_id: int) -> None:
        urlopen(f"{self.address}/users/{user_id}/deactivate")


def count_words(path):
    """How often each word is in the file."""
    counts = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            for word in line.split():
                counts[word] = counts.get(word, 0) + 1
    return counts


def database_url():
    """From the environment, with the password left out in production."""
    url = os.environ["DATABASE_URL"]
    if os.environ.get("APP_MODE", "development") == "production":
        return url.split("@")[-1]
    return url


def greeting(name: str) -> str:
    """By the time of day."""
    hour = datetime.now().hour
    if hour < 12:
        return f"Good morning, {name}"
    if hour < 18:
        return f"Good afternoon, {name}"
    return f"Good evening, {name}"


def draw_prize(names: list[str], chance: float = 0.5) -> str | None:
    """A random name, or nobody."""
    if random.random() < chance:
        return random.choice(names)
    return None


def fetch_price(symbol: str) -> int:
    """What the server says that it costs, in cents."""
    with urlopen(f"https://prices.example.com/{symbol}") as response:
        data = json.load(response)
    if "error" in data:
        raise LookupError(f"no price for {symbol}")
    return round(data["price"] * 100)


def add_note(connection: sqlite3.Connection, text: str) -> int:
    """Stores the note, gives the number of notes."""
    connection.execute("CREATE TABLE IF NOT EXISTS note (text TEXT)")
    if not text.strip():
        raise ValueError("an empty note")
    connection.execute("INSERT INTO note VALUES (?)", (text,))
    return connection.execute("SELECT count(*) FROM note").fetchone()[0]


def current_branch(folder: str) -> str:
    """The git branch of the folder, "" outside of a repository."""
    done = subprocess.run(["git", "branch", "--show-current"], cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        return ""
    return done.stdout.strip()


def check_stock(item: str, count: int) -> bool:
    """Warns when there is little left."""
    if count < 0:
        logger.error("negative stock of %s", item)
        return False
    if count < 5:
        logger.warning("only %d of %s left", count, item)
    return True


def send_welcome(address: str) -> None:
    """Mails a new customer."""
    if "@" not in address:
        raise ValueError(f"no address: {address}")
    message = EmailMessage()
    message["To"] = address
    message["Subject"] = "Welcome"
    with smtplib.SMTP("localhost") as server:
        server.send_message(message)


@cache
def shipping_cost(country):
    """Looks it up in the environment once."""
    return int(os.environ.get(f"SHIPPING_{country.upper()}", "10"))


class Cache:
    """Forgets after some seconds."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.entries: dict[str, tuple[float, object]] = {}

    def store(self, key: str, value: object) -> None:
        self.entries[key] = (time.time(), value)

    def fetch(self, key: str) -> object:
        """The value, None when it is unknown or too old."""
        if key not in self.entries:
            return None
        stored, value = self.entries[key]
        if time.time() - stored > self.seconds:
            del self.entries[key]
            return None
        return value


def drain(jobs: queue.Queue) -> list:
    """Everything that waits in the queue."""
    found = []
    while not jobs.empty():
        found.append(jobs.get())
        jobs.task_done()
    return found


def close_account(users: UserService, user_id: int) -> bool:
    """Only accounts with an address."""
    email = users.find_email(user_id)
    if email is None:
        return False
    users.deactivate(user_id)
    return True


def ask_age():
    """Until now nobody has been older than 150."""
    age = int(input("Your age: "))
    if age > 150:
        raise ValueError("too old")
    return age
