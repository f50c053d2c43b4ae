"""Each kind of secret is planted and caught, by name, pattern and value; each look-alike stays as it is."""

from __future__ import annotations

import base64
import html
import json
import uuid
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from testwright.inside.recording.redaction import Redactor, Rules
from testwright.inside.recording.secret_names import NO, SecretNames
from testwright.inside.recording.secret_patterns import is_card
from testwright.inside.recording.values import snapshot

SECRET = "Tr0ub4dor&3"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4iLCJleHAiOjE3fQ.c2lnbmF0dXJlLXggeQ"
HASH = "pbkdf2_sha256$600000$mYsAlT123$" + "A1b2" * 10 + "Xyz="
PEM = "-----BEGIN RSA PRIVATE KEY-----\n" + "MIIEabcdEFGH1234abcdEFGH1234\n" * 3 + "-----END RSA PRIVATE KEY-----\n"


def _words(text: str) -> list[str]:
    return text.split()


@pytest.fixture
def redactor() -> Redactor:
    return Redactor(salt=b"a salt")


def redacted(redactor: Redactor, value: Any, name: str = "") -> str:
    plain = snapshot(value)
    found = redactor.redact(plain, name)
    assert redactor.redact(found, name) == found, "idempotent"
    return json.dumps(found, ensure_ascii=False)


# -- by name ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    _words("""password passwd pwd PASSWORD new_password2 passwordConfirm password_hash user[password] DB_PASSWORD PGPASSWORD
    secret client_secret SECRET_KEY secretKey token access_token accessToken refresh-token auth_token api_key apikey
    X-Api-Key HTTP_X_API_KEY access_key AWS_SECRET_ACCESS_KEY private_key authorization Authorization cookie Set-Cookie
    session sessionid session_id session_key csrf csrftoken csrfmiddlewaretoken X-CSRFToken credential credentials
    signature X-Hub-Signature otp pin cvv cvc card_number cardNumber credit_card iban ssn social_security_number
    _secret_value token_value encryption_key"""),
)
def test_a_secret_name_is_seen(name: str, redactor: Redactor) -> None:
    assert "kIjuH7zz" not in redacted(redactor, {name: "kIjuH7zz"})
    assert "kIjuH8zz" not in redacted(redactor, "kIjuH8zz", name)


@pytest.mark.parametrize(
    "name",
    _words("""tokenizer token_count max_tokens total_tokens prompt_tokens password_reset_url is_secret pinned author authority
    key primary_key foreign_key public_key keyboard secretary token_type token_url token_expires_at has_password
    password_min_length spin pins_count passenger compass bypass design assigned_to monkey session_count username
    PWD OLDPWD user_id card cardinal cookie_policy status_code zip_code country_code signature_date"""),
)
def test_a_look_alike_of_a_name_stays(name: str, redactor: Redactor) -> None:
    plain = snapshot({name: "kIjuH7zz"})
    assert redactor.redact(plain) is plain


@pytest.mark.parametrize("value", [None, True, False, "", 0, 7, [], {}, "********", 1.5])
def test_what_is_no_secret_under_any_name_stays(value: Any, redactor: Redactor) -> None:
    plain = snapshot({"password": value})
    assert redactor.redact(plain) == plain


def test_names_of_parts_of_a_secret(redactor: Redactor) -> None:
    text = redacted(redactor, {"credentials": {"first": ["zzzqqq1", {"b": "zzzqqq2"}], "type": "basic"}})
    assert "zzzqqq" not in text
    assert "basic" in text
    assert "needed" in redacted(redactor, {"password": ["This field is needed."]})


def test_whole_values_are_marked(redactor: Redactor) -> None:
    found = redactor.redact(snapshot({"a": {"password": SECRET}, "pin": 482913, "b": 1}))
    assert found[1][1][1][1][0] == "secret"
    pin = found[2][1]
    assert pin[0] == "secret"
    assert type(pin[1]) is int
    assert len(str(pin[1])) == 6
    assert found[3] == ["b", 1]


def test_attributes_and_keywords_have_names(redactor: Redactor) -> None:
    plain = [
        "object",
        "m:C",
        1,
        ["token", "zzzqqq1"],
        ["x", ["std", "types.SimpleNamespace", ["=", "secret", "zzzqqq2"]]],
    ]
    assert "zzzqqq" not in json.dumps(redactor.redact(plain))
    assert "zzzqqq" not in redacted(redactor, ["run", "--password", "zzzqqq3", "--api-key=zzzqqq4"])
    assert "zzzqqq" not in redacted(redactor, [("password", "zzzqqq5"), ("q", "x")])


def test_other_kinds_of_values(redactor: Redactor) -> None:
    token = uuid.UUID("12345678-1234-4234-8234-123456789abc")
    found = redactor.redact(snapshot({"token": token}))
    made = found[1][1][1]
    assert made[:2] == ["std", "uuid.UUID"]
    assert uuid.UUID(made[2]).version == 4
    assert made[2] != str(token)
    octets = redactor.redact(snapshot({"secret": b"\xff\x00binary"}))[1][1]
    assert octets[0] == "secret"
    assert len(base64.b64decode(octets[1][1])) == 8
    assert octets[1][1] != base64.b64encode(b"\xff\x00binary").decode()
    cut = redactor.redact(snapshot({"secret": "ab1" * 9000}))[1][1]
    assert cut[0] == "cut"
    assert cut[3] == ""
    assert "ab1ab1" not in json.dumps(cut)


# -- by pattern -------------------------------------------------------------------------------------------------------

PATTERNS = {
    "bearer": ("Bearer abcDEF123456", "abcDEF123456"),
    "token scheme": ("Token 9944b09199c62bcf9418ad846dd0e4bb", "9944b09199c62bcf"),
    "basic": ("Basic " + base64.b64encode(b"ann:s3cretpw").decode(), base64.b64encode(b"ann:s3cretpw").decode()),
    "jwt": (JWT, "c2lnbmF0dXJlLXggeQ"),
    "pem": (PEM, "abcdEFGH1234"),
    "card": ("4111 1111 1111 1111", "1111 1111 1111"),
    "amex": ("378282246310005", "8282246310005"),
    "django hash": (HASH, "A1b2A1b2"),
    "bcrypt": ("$2b$12$" + "N9qo8uLOickgx2ZMRZoMye" + "IjZAgcfl7p92ldGxad68LJZdL17lhWy", "N9qo8uLOickgx2"),
    "argon2": ("argon2$argon2id$v=19$m=102400,t=2,p=8$c29tZXNhbHQ$" + "RdescudvJCsgt3ub", "RdescudvJCsgt3ub"),
    "scrypt": ("scrypt$16384$saLtsaLt$8$1$" + "Qw3r" * 8 + "=", "Qw3rQw3r"),
    "sha512-crypt": ("$6$rounds=5000$saltsalt$" + "aB3d" * 20, "aB3daB3d"),
    "aws": ("AKIAIOSFODNN7EXAMPLE", "IOSFODNN7EXAMPLE"),
    "github": ("ghp_" + "a1B2" * 9, "a1B2a1B2"),
    "slack": ("xoxb-123456789012-abcdefABCDEF", "abcdefABCDEF"),
    "stripe": ("sk_live_4eC39HqLyjWDarjtT1zdp7dc", "4eC39HqLyjWD"),
    "google": ("AIza" + "SyA1234567890abcdefghijklmnopqrstuv", "SyA1234567890"),
    "openai": ("sk-proj-abcd1234abcd1234abcd1234", "abcd1234abcd1234"),
    "address": ("postgres://shop:pa55word@db.host:5432/shop", "pa55word"),
    "cookies": ("sessionid=8wq2k3j4h5g6; csrftoken=Zx9Yw8", "8wq2k3j4h5g6"),
    "form": ("user=ann&password=hunter2x&x=1", "hunter2x"),
    "json": ('{"user": "ann", "password": "hunter2x"}', "hunter2x"),
    "json in json": (json.dumps({"body": json.dumps({"password": "hunter2x"})}), "hunter2x"),
    "json in prose": ('sent {"password": "hunter2x"} to it', "hunter2x"),
    "repr": ("got {'password': 'hunter2x', 'a': 1}", "hunter2x"),
    "xml": ("<login><password>hunter2x</password></login>", "hunter2x"),
    "header line": ("GET / HTTP/1.1\r\nX-Api-Key: hunter2x\r\nAccept: a/b", "hunter2x"),
    "option": ("tool --db-password hunter2x --verbose", "hunter2x"),
    "inner address": ("/login?next=%2Fa%3Ftoken%3Dhunter2x", "hunter2x"),
}


@pytest.mark.parametrize("kind", PATTERNS)
def test_a_planted_secret_is_caught_alone_and_inside(kind: str, redactor: Redactor) -> None:
    text, secret = PATTERNS[kind]
    assert secret not in redacted(redactor, text)
    assert secret not in redacted(Redactor(), [f"before {text}", {"k": text}])
    assert secret not in redacted(Redactor(), f"before {text}".encode())


@pytest.mark.parametrize(
    "text",
    [
        "The bearer of this letter",
        "Basic training for beginners",
        "a token of friendship",
        "Handler for performing digest authentication.",
        "owned by manager, token=%r",
        "4111 1111 1111 1112",
        "order 1234567890123456 shipped",
        "2024-01-02T03:04:05.678901+00:00",
        "call 555-0100 or 555-0199 now",
        "1700000000123456789",
        "978-3-16-148410-0",
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
        "https://example.com:8080/a@b",
        "git@github.com:owner/name.git",
        "ghost_writer and sk_learn and task-oriented-sk-module-names-here",
        "costs $6 and $2b or not 2b",
        "page=2&sort=name&token_count=5",
        '{"author": "ann", "max_tokens": 400, "is_secret": true, "password": null}',
        "<author>ann</author>",
        "UPDATE auth_user SET password = %s WHERE id = %s",
        "Password: this field is required",
        "token = request.GET['token']",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "eyJust a word",
        "9f86d081-8c4a-4f6e-9a3b-0123456789ab",
    ],
)
def test_a_look_alike_in_a_text_stays(text: str, redactor: Redactor) -> None:
    plain = snapshot({"text": text, "list": [text]})
    assert redactor.redact(plain) is plain


def test_random_texts_only_where_a_name_hints_at_them(redactor: Redactor) -> None:
    text = "q8Zk2LmX0pVt7RsW3nYbA5dG"
    assert text not in redacted(redactor, {"webhook_key": text})
    other = Redactor()
    assert text in redacted(other, {"file": text})
    assert "user:profile:12345678901" in redacted(other, {"cache_key": "user:profile:12345678901"})
    assert "9f86d081-8c4a" in redacted(other, {"primary_key": "9f86d081-8c4a-4f6e-9a3b-0123456789ab"})


# -- by value ---------------------------------------------------------------------------------------------------------


def written_ways(secret: str) -> dict[str, str]:
    octets = secret.encode()
    ways = {
        "raw": secret,
        "json": json.dumps(secret),
        "json twice": json.dumps(json.dumps(secret)),
        "percent": quote(secret, safe=""),
        "plus": quote_plus(secret),
        "html": html.escape(secret),
        "repr": repr(secret),
    }
    for lead in range(3):
        ways[f"base64 after {lead}"] = base64.b64encode(b"x" * lead + octets + b"yz").decode()
        ways[f"url base64 after {lead}"] = base64.urlsafe_b64encode(b"x" * lead + octets).decode().rstrip("=")
    return ways


@pytest.mark.parametrize("secret", [SECRET, 'quo"te\\back/slash', "пароль-тайна", "a b+c%d=e?f", "correct horse 9"])
def test_a_known_secret_is_found_in_every_way_to_write_it(secret: str) -> None:
    redactor = Redactor(salt=b"x")
    redactor.redact(snapshot({"password": secret}))
    for way, text in written_ways(secret).items():
        found = redactor.redact(snapshot({"note": f"see {text} there", "b": text.encode()}))
        shown = found[1][1]
        assert text not in shown, way
        assert len(shown) == len(f"see {text} there") or way in (
            "percent",
            "plus",
            "html",
            "repr",
            "json",
            "json twice",
        )
        assert text.encode() not in base64.b64decode(
            found[2][1][-1] if found[2][1][0] != "secret" else found[2][1][1][1]
        )
        again = redactor.redact(found)
        assert again == found


def test_base64_stays_readable() -> None:
    redactor = Redactor()
    redactor.learn("password", SECRET)
    stand_in = redactor.redact(SECRET)[1]
    for lead in range(3):
        text = base64.b64encode(b"x" * lead + SECRET.encode() + b"yz").decode()
        assert base64.b64decode(redactor.redact(text)) == b"x" * lead + stand_in.encode() + b"yz"


def test_a_secret_is_found_in_what_stands_before_it(redactor: Redactor) -> None:
    assert SECRET not in redacted(redactor, {"log": f"login with {SECRET}", "password": SECRET, SECRET: 1})


@pytest.mark.parametrize(
    "value", ["12345", "123456", "password", "abcde", "000000", "Please enter a password of your own."]
)
def test_common_words_and_short_ones_are_not_looked_for(value: str, redactor: Redactor) -> None:
    redactor.learn("password", value)
    plain = snapshot({"text": f"say {value} here"})
    assert redactor.redact(plain) is plain


def test_words_and_numbers_are_looked_for_alone(redactor: Redactor) -> None:
    redactor.learn("password", "sesame")
    redactor.learn("otp", "482913")
    assert redactor.redact("sesames and 4829131") == "sesames and 4829131"
    found = redactor.redact("open sesame, 482913")
    assert "sesame" not in found
    assert "482913" not in found
    assert redactor.redact(482913)[0] == "secret"


def test_late_tells_that_what_was_written_is_to_be_written_anew(redactor: Redactor) -> None:
    redactor.learn_environment({"APP_SECRET": "early-0ne-x"})
    first = json.dumps(redactor.redact(snapshot({"q": SECRET, "n": 482913, "b": SECRET.encode()})))
    redactor.wrote()
    assert not redactor.late
    redactor.redact(snapshot({"password": SECRET, "pin": 482913}))
    assert redactor.late
    redactor.take_late()
    anew = redactor.redact_text(first.encode()).decode()
    assert SECRET not in anew
    assert "482913" not in anew
    assert base64.b64encode(SECRET.encode()).decode() not in anew
    assert type(json.loads(anew)[2][1]) is int
    redactor.redact(snapshot({"password": SECRET}))
    assert not redactor.late
    redactor.redact(snapshot({"password": "an0ther-one"}))
    assert not redactor.late  # nothing that was written has it
    redactor.redact("y3t-an0ther-one")
    redactor.wrote()
    redactor.redact(snapshot({"password": "y3t-an0ther-one"}))
    assert redactor.late
    redactor.take_late()
    text = redactor.redact_text(b"early-0ne-x an0ther-one y3t-an0ther-one")
    assert text.startswith(b"early-0ne-x an0ther-one ")  # those were known when it was written
    assert b"y3t" not in text
    redactor.give_back()
    assert redactor.late


def test_environment_and_settings(redactor: Redactor) -> None:
    redactor.learn_environment(
        {"PATH": "/usr/bin:/bin", "API_TOKEN": "zzzqqq1", "DATABASE_URL": "postgres://u:zzzqqq2@h/d"}
    )
    redactor.learn_settings(
        {"DATABASES": {"default": {"PASSWORD": "zzzqqq3", "NAME": "shopdata"}}, "SECRET_KEY": "zzzqqq4"}
    )
    found = json.dumps([redactor.redact(f"see zzzqqq{n}, shopdata in /usr/bin:/bin") for n in range(1, 5)])
    assert "zzzqqq" not in found
    assert found.count("shopdata in /usr/bin:/bin") == 4


def test_many_secrets_are_all_found() -> None:
    redactor = Redactor()
    secrets = [f"Zq{n:05d}x{n * 7919 % 997}" for n in range(1500)]
    for secret in secrets:
        redactor.learn("token", secret)
    for secret in secrets[::50]:
        assert secret not in redactor.redact(f"in {secret} it")


# -- stand-ins --------------------------------------------------------------------------------------------------------


def stand_in(secret: str, name: str = "token", salt: bytes = b"a") -> Any:
    found = Redactor(salt=salt).redact(secret, name)
    assert found[0] == "secret"
    return found[1]


def test_stand_ins_are_stable_and_salted() -> None:
    assert stand_in(SECRET) == stand_in(SECRET)
    assert stand_in(SECRET) != stand_in(SECRET, salt=b"b")
    assert stand_in(SECRET) != stand_in(SECRET + "x")


def test_stand_ins_have_the_shape_of_the_secret() -> None:
    made = stand_in("Ab1-Xy_9.zz")
    assert [c.isupper() for c in made] == [c.isupper() for c in "Ab1-Xy_9.zz"]
    assert [c.isdigit() for c in made] == [c.isdigit() for c in "Ab1-Xy_9.zz"]
    assert [made[3], made[6], made[8]] == ["-", "_", "."]
    assert stand_in("ann.b@example.com").count("@") == 1
    assert is_card(stand_in("4111-1111-1111-1111"))
    assert stand_in("4111-1111-1111-1111")[4] == "-"
    assert stand_in(PEM).startswith("-----BEGIN RSA PRIVATE KEY-----\n")
    assert stand_in(PEM).endswith("\n-----END RSA PRIVATE KEY-----\n")
    assert stand_in(HASH).startswith("pbkdf2_sha256$600000$")
    assert stand_in("ghp_" + "a1B2" * 9).startswith("ghp_")
    assert set(stand_in("deadbeef01234567")) <= set("0123456789abcdef")
    assert Redactor().redact("Bearer abcDEF123456", "authorization")[1].startswith("Bearer ")


def test_the_claims_of_a_token_stay_readable() -> None:
    header, claims, signature = stand_in(JWT).split(".")
    assert header == JWT.split(".")[0]
    assert json.loads(base64.urlsafe_b64decode(claims + "==")) != {"sub": "ann", "exp": 17}
    assert json.loads(base64.urlsafe_b64decode(claims + "=="))["exp"] == 17
    assert len(signature) == len(JWT.split(".")[2])


@pytest.mark.parametrize("secret", ["a", "!!!", "---", "ж", "\U0001f600\U0001f600", "Z", "\udcff\udcfe", "  "])
def test_no_stand_in_is_the_secret(secret: str) -> None:
    assert stand_in(secret) != secret


def test_basic_credentials_stay_credentials(redactor: Redactor) -> None:
    text = "Basic " + base64.b64encode(b"ann:s3cretpw9").decode()
    [[_, found]] = redactor.redact_headers([["Authorization", text]])
    name, password = base64.b64decode(found.removeprefix("Basic ")).decode().split(":")
    assert name == "ann"
    assert len(password) == 9
    assert "s3cretpw9" not in redactor.redact("with s3cretpw9")


# -- requests ---------------------------------------------------------------------------------------------------------


def test_headers(redactor: Redactor) -> None:
    headers = [
        *(["Host", "a.b"], ["Authorization", "Bearer zzzqqq12"], ["X-Api-Key", "zzzqqq2"], ["Accept", "text/html"]),
        ["Cookie", "sessionid=zzzqqq3; theme=dark; tracker=zzzqqq4zzzqqq4zzz"],
        ["Set-Cookie", "sessionid=zzzqqq5; expires=Thu, 01 Jan 2026 00:00:00 GMT; HttpOnly; Max-Age=1209600; Path=/"],
    ]
    found = redactor.redact_headers(headers)
    assert "zzzqqq" not in json.dumps(found)
    assert [name for name, _ in found] == [name for name, _ in headers]
    assert (found[0], found[3]) == (headers[0], headers[3])
    assert found[4][1].startswith("sessionid=")
    assert "; theme=dark; tracker=" in found[4][1]
    assert found[5][1].endswith("; expires=Thu, 01 Jan 2026 00:00:00 GMT; HttpOnly; Max-Age=1209600; Path=/")


def test_queries(redactor: Redactor) -> None:
    found = redactor.redact_query("q=blue+shoes&api_key=zz%2Bqq1&page=2")
    assert found.startswith("q=blue+shoes&api_key=")
    assert found.endswith("&page=2")
    assert "zz%2Bqq1" not in found


def test_bodies(redactor: Redactor) -> None:
    body = '{\n  "a" : 1.50,"tokens": ["zzzqqq1", "zzzqqq2"], "card": {"number": "4111111111111111", "cvv": 123}, "é": "x"}'
    found = redactor.redact_body(body, "application/json; charset=utf-8")
    assert found.startswith('{\n  "a" : 1.50,"tokens": ["')
    assert found.endswith('"é": "x"}')
    assert json.loads(found)["card"]["cvv"] != 123
    assert "zzzqqq" not in found
    form = redactor.redact_body(b"username=ann&password=a%26b%20c&next=", "application/x-www-form-urlencoded")
    assert form.startswith(b"username=ann&password=")
    assert b"a%26b%20c" not in form
    multipart = (
        b'--XX\r\nContent-Disposition: form-data; name="password"\r\n\r\nzzzqqq6\r\n'
        b'--XX\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n'
        b"Content-Type: x/y\r\n\r\n\xff\x00\xfe\r\n--XX--\r\n"
    )
    found = redactor.redact_body(multipart, "multipart/form-data; boundary=XX")
    assert b"zzzqqq6" not in found
    assert found.endswith(multipart[multipart.index(b'name="file"') :])
    assert redactor.redact_body(b"<a>\xff</a>", "text/xml") == b"<a>\xff</a>"


# -- rules ------------------------------------------------------------------------------------------------------------


def test_more_names_and_patterns() -> None:
    redactor = Redactor(Rules(names=("badge",), patterns=(r"EMP-\d{4}", r"room (\w+)")))
    found = redacted(redactor, {"userBadge": "zzzqqq1", "text": "EMP-1234 in room Zebra99", "badger": "stays"})
    assert "zzzqqq1" not in found
    assert "EMP-1234" not in found
    assert "Zebra99" not in found
    assert "in room " in found
    assert "stays" in found


def test_names_that_are_left_alone() -> None:
    plain = snapshot({"token": "word", "password": "zzzqqq1"})
    found = Redactor(Rules(leave=("Token",))).redact(plain)
    assert found[1] == ["token", "word"]
    assert found[2][1][0] == "secret"


def test_parts_are_switched_off() -> None:
    plain = snapshot({"password": "zzzqqq1", "text": "ghp_" + "a1B2" * 9})
    assert Redactor(Rules(by_name=False)).redact(plain)[1] == ["password", "zzzqqq1"]
    assert Redactor(Rules(by_pattern=False)).redact(plain)[2] == plain[2]
    off = Redactor(Rules(by_name=False, by_pattern=False, by_value=False))
    assert off.redact(plain) is plain
    blind = Redactor(Rules(by_value=False))
    blind.redact(plain)
    assert blind.redact("has zzzqqq1") == "has zzzqqq1"


def test_a_bad_pattern_is_told() -> None:
    with pytest.raises(ValueError, match=r"'a\(b' is no regular expression"):
        Redactor(Rules(patterns=("a(b",)))


def test_each_name_costs_one_look() -> None:
    names = SecretNames()
    assert names.verdict("password") != NO
    assert names.known == {"password": names.verdict("password")}


def test_a_key_of_a_service_is_known_from_the_environment_and_by_its_usual_parameter() -> None:
    redactor = Redactor(salt=b"x")
    redactor.learn_environment({"WEATHER_KEY": "3f9c1be7a6d84025", "SORT_KEY": "name", "CACHE_KEY_PREFIX": "shop2024x"})
    assert "3f9c1be7a6d84025" not in str(redactor.redact("asked with 3f9c1be7a6d84025"))
    assert redactor.redact("name of shop2024x") == "name of shop2024x"
    assert "9a8b7c6d5e4f" not in redactor.redact_query("http://weather.example/now?lat=3&appid=9a8b7c6d5e4f")
    assert Redactor(Rules(leave=("weather_key",))).redact("a") == "a"


def test_a_text_that_had_no_secret_has_one_as_soon_as_it_is_known():
    redactor = Redactor(salt=b"1")
    text, plain = "the wharf is Quay-41-lantern", ["list", "the wharf is Quay-41-lantern", "other"]
    assert redactor.redact_query(text) == text
    assert redactor.redact(plain) is plain
    redactor.learn("password", "Quay-41-lantern")
    assert "Quay-41-lantern" not in redactor.redact_query(text)
    assert "Quay-41-lantern" not in str(redactor.redact(plain))
    assert redactor.redact_query("other") == "other"


@pytest.mark.parametrize("count", [1, 10, 40, 400])
def test_each_of_many_secrets_is_found_wherever_it_stands(count):
    """Those that came late are sought in another way than those that were gathered before."""
    redactor = Redactor(salt=b"1")
    secrets = [f"s{number}Quay-{number * 7919 % 1000:03}-x{number}" for number in range(count)]
    for secret in secrets:
        redactor.learn("password", secret)
    for secret in secrets:
        assert secret not in redactor.redact_query(f"s4Quay{secret}s1 {secret} and x")
    assert redactor.redact_query("s4Quay s1Qua-y 7Quay-07") == "s4Quay s1Qua-y 7Quay-07"


def test_a_cookie_that_is_taken_back_has_no_value() -> None:
    headers = [["Set-Cookie", 'sessionid=""; expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/']]
    redactor = Redactor(salt=b"x")
    assert redactor.redact_headers(headers) == headers
    assert not redactor.issued
