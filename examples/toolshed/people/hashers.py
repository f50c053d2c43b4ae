from django.contrib.auth.hashers import PBKDF2PasswordHasher


class SteadyHasher(PBKDF2PasswordHasher):
    """The number of rounds is ours, so that it does not change with each release of Django."""

    iterations = 24_000
