"""`generate --properties` on a whole project: what is kept, what is rejected, what is told as broken."""

from __future__ import annotations

import importlib.util
import subprocess
import sys

import pytest

from testwright.write.ownership import MARK

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("hypothesis") is None,
    reason="properties are tested with hypothesis, which is not installed here",
)

CODES = '''
    """Codes of goods."""


    def encode(data: bytes) -> str:
        return "".join(chr(97 + byte // 16) + chr(97 + byte % 16) for byte in data)


    def decode(text: str) -> bytes:
        pairs = zip(text[::2], text[1::2], strict=True)
        return bytes((ord(high) - 97) * 16 + ord(low) - 97 for high, low in pairs)


    def format_price(cents: int) -> str:
        return f"{cents // 100}.{cents % 100}"


    def parse_price(text: str) -> int:
        whole, cents = text.split(".")
        return int(whole) * 100 + int(cents.ljust(2, "0"))


    def shout(text: str) -> str:
        return "HEY"


    def after_label(label: str) -> str:
        return label.removeprefix("new-")
    '''
ARGUMENTS = ("generate", "codes.py", "--properties", "--max-executions", "200", "--jobs", "1")


def test_a_project_gains_properties_and_hears_what_is_broken(make_project):
    mine = "def test_mine():\n    assert ord('a') == 97\n"
    project = make_project({"codes.py": CODES, "tests/test_codes_properties.py": mine})
    finished = project.run(*ARGUMENTS, "--ignore-existing", "--json")
    assert finished.code == 0, finished.err
    (module,) = finished.document["modules"]
    found = module["properties"]
    assert found["edit"]["path"].endswith("tests/test_codes_properties_generated.py")
    assert project.read("tests/test_codes_properties.py") == mine

    assert [each["property"] for each in found["kept"]] == ["decode(encode(data)) == data"]
    assert found["kept"][0]["catches"] > 0
    (broken,) = module["broken_properties"]
    assert broken["property"] == "parse_price(format_price(cents)) == cents"
    assert broken["example"] == "cents=1"
    slugs = {each["node"]: each["slug"] for each in found["rejected"]}
    assert slugs["test_shout_is_idempotent"] == "catches-a-mutant"
    assert found["dropped"] == 1  # after_label("new-new-")

    text = project.read("tests/test_codes_properties_generated.py")
    assert MARK in text
    assert "# proof: 1000 examples × 3 seeds · catches " in text
    assert (
        "@given(st.binary())\ndef test_decode_undoes_encode(data):\n    assert decode(encode(data)) == data\n" in text
    )
    ran = project.pytest("tests/test_codes_properties_generated.py")
    assert ran.code == 0, ran.out
    told = project.run("explain", "tests/test_codes_properties_generated.py::test_decode_undoes_encode")
    assert "1000 examples, seed 1001: passed" in told.out


def test_without_hypothesis_in_the_project_it_says_how_to_install_it(make_project, tmp_path):
    bare = tmp_path / "bare"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", bare], check=True, timeout=120)
    project = make_project({"codes.py": CODES})
    python = bare / "bin" / "python"
    packages = next((bare / "lib").glob("python*/site-packages"))
    (packages / "pytest.py").write_text("")
    told = project.run(*ARGUMENTS, "--python", str(python)).refused("hypothesis-missing")
    assert f"{python} -m pip install hypothesis" in told
