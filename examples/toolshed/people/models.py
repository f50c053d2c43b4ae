from django.conf import settings
from django.db import models


class Membership(models.Model):
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="membership")
    branch = models.ForeignKey("catalog.Branch", on_delete=models.PROTECT, related_name="members")
    number = models.CharField(max_length=12, unique=True)
    phone = models.CharField(max_length=30, blank=True)
    newsletter = models.BooleanField(default=False)
    joined_on = models.DateField()

    def __str__(self):
        return self.number


class PasswordReset(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="resets")
    token = models.CharField(max_length=60, unique=True)
    asked_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self):
        return f"reset of {self.user}"
