"""Headers that every answer carries."""


class ShedHeaders:
    """Says which version of the interface answered, and of which branch the person is."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response["X-Toolshed-Version"] = "3"
        response["X-Toolshed-Branch"] = self.branch_of(request)
        return response

    def branch_of(self, request):
        membership = getattr(request.user, "membership", None) if request.user.is_authenticated else None
        return membership.branch.code if membership else "none"
