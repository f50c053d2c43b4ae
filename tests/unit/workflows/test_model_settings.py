"""Who named a server decides what may be sent there."""

from __future__ import annotations

import pytest

from testwright.config.project import find_project
from testwright.config.sources import load_settings
from testwright.workflows.model_settings import model_settings

FAR, OTHER = "https://far.example/v1", "https://other.example/v1"


@pytest.mark.parametrize(
    ("in_project", "flag", "environment", "expected"),
    [
        ("", "", {}, ("", False, True)),
        ("", FAR, {}, (FAR, True, True)),
        ("", "", {"TESTWRIGHT_MODEL_BASE_URL": FAR}, (FAR, True, True)),
        ("", "", {"OPENAI_BASE_URL": FAR}, (FAR, False, True)),
        (FAR, "", {}, (FAR, True, False)),
        (FAR, "", {"OPENAI_BASE_URL": OTHER}, (FAR, True, False)),
        (FAR, "", {"OPENAI_BASE_URL": FAR}, (FAR, True, True)),
        (FAR, OTHER, {}, (OTHER, True, True)),
    ],
)
def test_code_goes_to_named_hosts_and_keys_to_those_the_user_named(tmp_path, in_project, flag, environment, expected):
    text = f'[tool.testwright.model]\nbase-url = "{in_project}"\n' if in_project else "[tool.testwright]\n"
    (tmp_path / "pyproject.toml").write_text(text)
    flags = {"model_base_url": flag or None}
    settings = load_settings(str(tmp_path / "pyproject.toml"), environment=environment, flags=flags)
    found = model_settings(settings, find_project(str(tmp_path)), environment=environment)
    assert (found.base_url, found.is_host_named, found.may_send_key) == expected
    assert found.replies_folder == str(tmp_path / ".testwright" / "replies")
