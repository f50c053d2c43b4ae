"""Checks secrets.toml: each of them does pass by when all steps are driven.

python planted/check_secrets.py
"""

import os
import sys
import tomllib
from pathlib import Path
from urllib.parse import unquote_plus

from observe import HERE, observe

PLANTED = Path(__file__).resolve().parent


def main():
    raw = []
    observe(raw)
    raw += [unquote_plus(text) for text in raw if "csrfmiddlewaretoken=" in text]
    sys.path.insert(0, str(HERE))
    from django.conf import settings

    raw += [f"{name}={value}" for name, value in os.environ.items()]
    raw += [repr(settings.DATABASES), settings.SECRET_KEY]
    seen = "\n".join(raw)
    secrets = tomllib.loads((PLANTED / "secrets.toml").read_text(encoding="utf-8"))["secret"]
    missing = [
        f"{secret['name']} ({value})"
        for secret in secrets
        for value in [secret["value"], *secret.get("also", [])]
        if value not in seen
    ]
    for name in missing:
        print(f"BAD  {name}: nowhere to be seen")
    print(f"{len(secrets)} secrets, {len(missing)} missing")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
