"""Accounts of requests to a tiny Django project, as a sandboxed worker gives them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from testwright.execute.rehearse import DjangoPlace, rehearse

IMPORTS = """
from datetime import *
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from shop.models import *
"""
Play = Callable[..., dict[str, Any]]


@pytest.fixture
def play(shop: Path, tmp_path: Path) -> Play:
    """Of one request: what it asks for, and the lines before it."""
    place = DjangoPlace(root=str(shop), python=sys.executable, project_path=(str(shop),), settings="settings")

    def played(act: str, *arrange: str, **other: Any) -> dict[str, Any]:
        order = {"id": "it", "imports": IMPORTS, "arrange": list(arrange), "act": f"response = {act}", "base": 710_000}
        return dict(rehearse(place, tmp_path, [order | other])["it"])

    return played
