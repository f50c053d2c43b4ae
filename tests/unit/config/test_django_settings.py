"""The settings module of a Django project is found where its developers have said it, the nearest word first."""

from __future__ import annotations

import pytest

from testwright.config.django_settings import django_settings

MANAGE = 'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.of_manage")\n'
PYPROJECT = '[tool.pytest.ini_options]\nDJANGO_SETTINGS_MODULE = "shop.of_pyproject"\n'
INI = "[pytest]\nDJANGO_SETTINGS_MODULE = shop.of_ini\n"
CFG = "[tool:pytest]\nDJANGO_SETTINGS_MODULE = shop.of_cfg\n"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, ""),
        ({"manage.py": MANAGE}, "shop.of_manage"),
        ({"manage.py": MANAGE, "setup.cfg": CFG}, "shop.of_cfg"),
        ({"manage.py": MANAGE, "pytest.ini": INI}, "shop.of_ini"),
        ({"manage.py": MANAGE, "pytest.ini": INI, "pyproject.toml": PYPROJECT}, "shop.of_pyproject"),
        ({"manage.py": MANAGE, "pyproject.toml": "[broken"}, "shop.of_manage"),
        ({"manage.py": MANAGE, "tox.ini": "no section\n"}, "shop.of_manage"),
        ({"manage.py": "print(1)\n"}, ""),
    ],
)
def test_the_nearest_word_counts(tmp_path, files, expected):
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    assert django_settings(tmp_path, {}) == expected


def test_the_environment_wins(tmp_path):
    (tmp_path / "manage.py").write_text(MANAGE)
    assert django_settings(tmp_path, {"DJANGO_SETTINGS_MODULE": "shop.of_shell"}) == "shop.of_shell"


def test_a_manage_that_is_no_text_says_nothing(tmp_path):
    (tmp_path / "manage.py").write_bytes(b"\xff\xfe\x00")
    assert django_settings(tmp_path, {}) == ""
