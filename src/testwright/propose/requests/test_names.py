"""Names the test of a request by its view and by what came of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from testwright.nouns.project_facts import ProjectFacts
from testwright.propose.requests.settled import is_any

__all__ = ["name_of_test", "snake_case"]

_OUTCOMES = {
    400: "is_refused",
    401: "asks_to_log_in",
    402: "asks_for_payment",
    403: "is_forbidden",
    404: "is_not_found",
    405: "is_not_allowed",
    409: "is_a_conflict",
    410: "is_gone",
    413: "is_too_large",
    422: "is_not_valid",
    429: "is_too_often",
}
_VERBS = {"created": "creates", "deleted": "deletes", "changed": "changes", "gone": "changes"}


def name_of_test(request: Mapping[str, Any], account: Mapping[str, Any], facts: ProjectFacts) -> str:
    """Such as `test_booking_list_post_creates_a_booking`."""
    words = [_view(request)]
    method = str(request.get("method", "GET")).lower()
    if method != "get":
        words.append(method)
    return "test_" + "_".join([*words, _outcome(account, facts)])


def _view(request: Mapping[str, Any]) -> str:
    named = str(request.get("view") or "").rpartition(":")[2].rpartition(".")[2]
    if not named or "<" in named:
        named = "_".join(re.findall(r"[a-zA-Z]+", str(request.get("path"))))
    return snake_case(named) or "root"


def _outcome(account: Mapping[str, Any], facts: ProjectFacts) -> str:
    raised = account.get("raised")
    if isinstance(raised, Mapping) and raised.get("name"):
        return f"raises_{snake_case(str(raised['name']))}"
    status = (account.get("response") or {}).get("status")
    if status in _OUTCOMES:
        return _OUTCOMES[status]
    for word in ("created", "deleted", "changed", "gone"):
        for label, changes in (account.get("rows") or {}).items():
            model = facts.models.get(label)
            if model is not None and model.through is None and not is_any(changes) and changes.get(word):
                verb = _VERBS["changed" if changes.get("gone") and model.is_table else word]
                return f"{verb}_{snake_case(label.rpartition('.')[2])}"
    if account.get("mails"):
        return "sends_mail"
    if status in (301, 302, 303, 307, 308):
        return "redirects"
    return f"answers_{status}"


def snake_case(name: str) -> str:
    """Such as `order_line` of `OrderLine`, and of a path of such words one name."""
    return re.sub(r"\W+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)).strip("_").lower()
