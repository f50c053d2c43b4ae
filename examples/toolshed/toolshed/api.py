"""What the JSON views share: reading a body, refusing a request, asking for a right."""

import json
from functools import wraps

from django.http import JsonResponse


class Refused(Exception):
    """The request cannot be met: becomes a JSON answer with a status and a reason."""

    def __init__(self, status, error, **details):
        super().__init__(error)
        self.status = status
        self.body = {"error": error, **details}


def json_view(*methods, login=False, permission=None):
    """A view that returns (status, data), for the methods named; login and permission are asked first."""

    def decorate(view):
        @wraps(view)
        def answer(request, *args, **kwargs):
            try:
                if request.method not in methods:
                    raise Refused(405, "method not allowed", allowed=sorted(methods))
                if (login or permission) and not request.user.is_authenticated:
                    raise Refused(401, "log in first")
                if permission and not request.user.has_perm(permission):
                    raise Refused(403, "not allowed", permission=permission)
                status, data = view(request, *args, **kwargs)
            except Refused as refusal:
                status, data = refusal.status, refusal.body
            if status == 204:
                return JsonResponse(None, safe=False, status=204)
            return JsonResponse(data, status=status)

        return answer

    return decorate


def body_of(request):
    """The JSON object that was sent."""
    try:
        data = json.loads(request.body)
    except ValueError:
        raise Refused(400, "the body is no JSON") from None
    if not isinstance(data, dict):
        raise Refused(400, "the body is no JSON object")
    return data
