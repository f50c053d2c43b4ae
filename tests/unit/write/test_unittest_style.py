"""Lines of a pytest function become those of a TestCase's method, and nothing that texts hold is taken for a fixture."""

from __future__ import annotations

import unittest
from types import SimpleNamespace

import pytest

from testwright.nouns.source_text import Source
from testwright.write.unittest_style import as_method


def method(*lines: str, fixtures: tuple[str, ...] = ()) -> list[str]:
    return [each.text for each in as_method([Source(line) for line in lines], fixtures)]


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ('response = client.get("/")', 'response = self.client.get("/")'),
        ("client.force_login(user)", "self.client.force_login(user)"),
        ("assert a == b", "self.assertEqual(a, b)"),
        ("assert a != b", "self.assertNotEqual(a, b)"),
        ('assert "a, b" in page', 'self.assertIn("a, b", page)'),
        ('assert "_auth" not in client.session', 'self.assertNotIn("_auth", self.client.session)'),
        ("assert a is None", "self.assertIs(a, None)"),
        ("assert not a.exists()", "self.assertFalse(a.exists())"),
        ("assert a < b", "self.assertTrue(a < b)"),
        ("assert a.b", "self.assertTrue(a.b)"),
        ('assert "é == ü" == größe.name', 'self.assertEqual("é == ü", größe.name)'),
        ("with pytest.raises(LookupError):", "with self.assertRaises(LookupError):"),
        ('with pytest.raises(shop.Broken, match=r"a\\."):', 'with self.assertRaisesRegex(shop.Broken, r"a\\."):'),
        ("    client.get(url)", "    self.client.get(url)"),
        ("with django_assert_num_queries(7):", "with self.assertNumQueries(7):"),
        ("settings.MEDIA_ROOT = tmp_path", "self.enterContext(self.settings(MEDIA_ROOT=tmp_path))"),
        ("(mail,) = mailoutbox", "(message,) = mail.outbox"),
        ("mail = mailoutbox[1]", "message = mail.outbox[1]"),
        ("assert mailoutbox == []", "self.assertEqual(mail.outbox, [])"),
        ('assert mail.to == ["client.mail"]', 'self.assertEqual(message.to, ["client.mail"])'),
        ('monkeypatch.setenv("A", "(1, 2)")', 'self.enterContext(mock.patch.dict(os.environ, {"A": "(1, 2)"}))'),
    ],
)
def test_lines(line: str, wanted: str) -> None:
    assert method(line) == [wanted]


@pytest.mark.parametrize(
    "line",
    [
        'order = Order.objects.create(name="ask client.name or mail.body")',
        "order = Order.objects.create(mail='settings.A', client=order_2)",
        'Order.objects.create(text="mailoutbox")',
        "order.client.refresh_from_db()",
        "order.mail.send()",
        'x = {"client": 1, "mail": 2}',
    ],
)
def test_what_only_looks_like_a_fixture_stays(line: str) -> None:
    (found,) = as_method([Source(line)], ())
    assert found.text == line
    assert found.imports == {("django.test", "TestCase")}


def test_settings_are_imported_where_they_are_read() -> None:
    (read,) = as_method([Source('upstream.get(f"{settings.PAYMENTS_URL}/x")')], ())
    assert ("django.conf", "settings") in read.imports
    (spoken_of,) = as_method([Source('page = "settings.PAYMENTS_URL"')], ())
    assert ("django.conf", "settings") not in spoken_of.imports


def test_a_variable_is_taken_away_until_the_test_ends() -> None:
    lines = as_method([Source('monkeypatch.delenv("A", raising=False)')], ["monkeypatch"])
    assert [line.text for line in lines] == [
        "self.enterContext(mock.patch.dict(os.environ))",
        'os.environ.pop("A", None)',
    ]


def test_what_is_imported_for_fixtures() -> None:
    lines = as_method(
        [Source("settings.MEDIA_ROOT = tmp_path"), Source('monkeypatch.setenv("A", "1")')], ["tmp_path", "monkeypatch"]
    )
    assert lines[0].text == "tmp_path = Path(self.enterContext(tempfile.TemporaryDirectory()))"
    imports = frozenset().union(*(line.imports for line in lines))
    assert imports == {
        ("pathlib", "Path"),
        ("tempfile", ""),
        ("os", ""),
        ("unittest", "mock"),
        ("django.test", "TestCase"),
    }
    (mailed,) = as_method([Source("assert mailoutbox == []")], ["mailoutbox"])
    assert ("django.core", "mail") in mailed.imports
    (raised,) = as_method([Source("with pytest.raises(LookupError):", frozenset([("pytest", "")]))], ())
    assert ("pytest", "") not in raised.imports


def test_the_method_does_what_the_function_did() -> None:
    """Planted: a wrong answer, which it has to see."""
    lines = method('response = client.get("client.get")', 'assert response == "client.get, seen"')
    source = "class T(unittest.TestCase):\n    def test(self):\n" + "\n".join(f"        {line}" for line in lines)

    def outcome(answer: str) -> unittest.TestResult:
        names = {"unittest": unittest}
        exec(source, names)
        case = names["T"]("test")
        case.client = SimpleNamespace(get=lambda path: f"{path}, {answer}")
        result = unittest.TestResult()
        case.run(result)
        return result

    assert outcome("seen").wasSuccessful()
    assert len(outcome("not seen").failures) == 1
