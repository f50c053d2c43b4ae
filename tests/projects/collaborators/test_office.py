"""Tests for office, proven by running (testwright 0.1.0, seed 1)."""

import datetime as dt
from collections import deque
from io import BytesIO
from queue import Queue
from random import Random
from smtplib import SMTP
from sqlite3 import connect
from subprocess import CompletedProcess
from unittest.mock import ANY, Mock, call, create_autospec

import pytest

from office import (
    Cache,
    UserService,
    add_note,
    ask_age,
    check_stock,
    close_account,
    count_words,
    current_branch,
    database_url,
    drain,
    draw_prize,
    fetch_price,
    greeting,
    send_welcome,
    shipping_cost,
)


def datetime_fixed_at(*moment):
    class FixedDatetime(dt.datetime):
        @classmethod
        def now(cls, tz=None):
            return dt.datetime(*moment, tzinfo=tz)

        today = utcnow = now

    return FixedDatetime


# proof: 5/5 runs · 6 new lines, 4 new branches
def test_count_words(tmp_path):
    path = tmp_path / "data.bin"
    path.write_bytes(b"\x00\x01abc")

    assert count_words(str(path)) == {"\x00\x01abc": 1}


# proof: 5/5 runs · 3 new lines, 2 new branches
def test_check_stock_returns_true_for_empty_text():
    assert check_stock("", 5) is True


# proof: 5/5 runs · 2 new lines, 1 new branch
def test_check_stock_returns_false_for_empty_text(caplog):
    assert check_stock("", -5) is False
    assert caplog.messages == ["negative stock of "]


# proof: 5/5 runs · 1 new line, 1 new branch
def test_check_stock_returns_true_for_empty_text_and_zero(caplog):
    assert check_stock("", 0) is True
    assert caplog.messages == ["only 0 of  left"]


# proof: 5/5 runs · 4 new lines, 1 new branch
def test_add_note():
    assert add_note(connect(":memory:"), "abc") == 1


# proof: 5/5 runs · 1 new line, 1 new branch
def test_add_note_rejects_empty_text():
    with pytest.raises(ValueError, match="an empty note"):
        add_note(connect(":memory:"), "")


# proof: 5/5 runs · 8 new lines, 1 new branch
def test_close_account_returns_true_for_zero(monkeypatch):
    urlopen = Mock(return_value=BytesIO(b'{"email": 1}'))
    monkeypatch.setattr("office.urlopen", urlopen)

    assert close_account(UserService("abc"), 0) is True
    assert urlopen.call_args_list == [
        call("abc/users/0"),
        call("abc/users/0/deactivate"),
    ]


# proof: 5/5 runs · 1 new line, 1 new branch
def test_close_account_returns_false(monkeypatch):
    urlopen = Mock(return_value=BytesIO(b'{"a": 1}'))
    monkeypatch.setattr("office.urlopen", urlopen)

    assert close_account(UserService("abc"), 5) is False
    urlopen.assert_called_once_with("abc/users/5")


# proof: 5/5 runs · 3 new lines, 1 new branch
def test_database_url(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "abc")

    assert database_url() == "abc"


# proof: 5/5 runs · 1 new line, 1 new branch
def test_database_url_with_app_mode_production(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "abc")
    monkeypatch.setenv("APP_MODE", "production")

    assert database_url() == "abc"


# proof: 5/5 runs · 6 new lines, 1 new branch
def test_send_welcome(monkeypatch):
    smtp = create_autospec(SMTP, instance=True)
    smtp.__enter__.return_value = smtp
    smtp_class = Mock(return_value=smtp)
    monkeypatch.setattr("office.smtplib.SMTP", smtp_class)
    send_welcome("@")

    smtp.send_message.assert_called_once_with(ANY)
    actual = smtp.send_message.call_args.args[0].items()
    assert actual == [("To", "<>"), ("Subject", "Welcome")]
    smtp_class.assert_called_once_with("localhost")


# proof: 5/5 runs · 1 new line, 1 new branch
def test_send_welcome_rejects_empty_text():
    with pytest.raises(ValueError, match="no address: "):
        send_welcome("")


# proof: 5/5 runs · 4 new lines, 1 new branch
def test_fetch_price(monkeypatch):
    urlopen = Mock(return_value=BytesIO(b'{"price": 3}'))
    monkeypatch.setattr("office.urlopen", urlopen)

    assert fetch_price("abc") == 300
    urlopen.assert_called_once_with("https://prices.example.com/abc")


# proof: 5/5 runs · 1 new line, 1 new branch
def test_fetch_price_raises_lookup_error_for_abc(monkeypatch):
    urlopen = Mock(return_value=BytesIO(b'{"error": "abc", "price": 3}'))
    monkeypatch.setattr("office.urlopen", urlopen)

    with pytest.raises(LookupError, match="no price for abc"):
        fetch_price("abc")


# proof: 5/5 runs · 8 new lines, 2 new branches
def test_cache_fetch_after_store(monkeypatch):
    monkeypatch.setattr("office.time.time", lambda: 0.0)
    cache = Cache(-0.5)
    cache.store("x y", 0)
    cache.fetch("x y")

    assert cache.entries == {}


# proof: 5/5 runs · 1 new line, 1 new branch
def test_cache_fetch_returns_none(monkeypatch):
    monkeypatch.setattr("office.time.time", lambda: 0.0)
    cache = Cache(0.0)

    assert cache.fetch("abc") is None


# proof: 5/5 runs · 1 new line, 1 new branch
def test_cache_fetch_when_time_gives_zero(monkeypatch):
    monkeypatch.setattr("office.time.time", lambda: 0.0)
    cache = Cache(0.0)
    cache.store("x y", 0)

    assert cache.fetch("x y") == 0


# proof: 5/5 runs · 3 new lines, 1 new branch
def test_ask_age(monkeypatch):
    monkeypatch.setattr("builtins.input", lambda *args: "1")

    assert ask_age() == 1


# proof: 5/5 runs · 1 new line, 1 new branch
def test_ask_age_raises_value_error_when_input_gives_text_151(monkeypatch):
    monkeypatch.setattr("builtins.input", lambda *args: "151")

    with pytest.raises(ValueError, match="too old"):
        ask_age()


# proof: 5/5 runs · 5 new lines, 2 new branches
def test_drain_after_put():
    queue = Queue()
    queue.put(False)

    assert drain(queue) == [False]
    assert queue.queue == deque([])
    assert queue.unfinished_tasks == 0


# proof: 5/5 runs · 4 new lines, 2 new branches
def test_greeting(monkeypatch):
    monkeypatch.setattr("office.datetime", datetime_fixed_at(2023, 12, 25, 20))

    assert greeting("abc") == "Good evening, abc"


# proof: 5/5 runs · 1 new line, 1 new branch
def test_greeting_for_abc(monkeypatch):
    monkeypatch.setattr("office.datetime", datetime_fixed_at(2024, 6, 1))

    assert greeting("abc") == "Good morning, abc"


# proof: 5/5 runs · 1 new line, 1 new branch
def test_greeting_gives_good_afternoon_abc(monkeypatch):
    monkeypatch.setattr("office.datetime", datetime_fixed_at(2024, 1, 31, 12))

    assert greeting("abc") == "Good afternoon, abc"


# proof: 5/5 runs · 3 new lines, 1 new branch
def test_current_branch_returns_empty_text(monkeypatch):
    run = Mock(return_value=CompletedProcess([], 1))
    monkeypatch.setattr("office.subprocess.run", run)

    assert current_branch("abc") == ""
    run.assert_called_once_with(
        ["git", "branch", "--show-current"], cwd="abc", capture_output=True, text=True
    )


# proof: 5/5 runs · 1 new line, 1 new branch
def test_current_branch_returns_empty_text_for_abc(monkeypatch):
    run = Mock(return_value=CompletedProcess([], 0, stdout=""))
    monkeypatch.setattr("office.subprocess.run", run)

    assert current_branch("abc") == ""
    run.assert_called_once_with(
        ["git", "branch", "--show-current"], cwd="abc", capture_output=True, text=True
    )


# proof: 5/5 runs · 2 new lines, 1 new branch
def test_draw_prize_returns_empty_text(monkeypatch):
    monkeypatch.setattr("office.random", Random(1))

    assert draw_prize([""]) == ""


# proof: 5/5 runs · 1 new line, 1 new branch
def test_draw_prize_returns_none_for_empty_list(monkeypatch):
    monkeypatch.setattr("office.random", Random(10))

    assert draw_prize([]) is None


# proof: 5/5 runs · 1 new line
def test_shipping_cost_for_empty_text():
    assert shipping_cost("") == 10
