"""Logging in and out, the profile, and forgotten passwords."""

import json
import logging
import secrets

from django import forms
from django.contrib import messages
from django.contrib.auth import authenticate, get_user_model, login, logout
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm
from django.core.mail import send_mail
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from rest_framework.authtoken.models import Token

from people.models import Membership, PasswordReset

log = logging.getLogger("toolshed.people")


class ProfileForm(forms.ModelForm):
    class Meta:
        model = Membership
        fields = ["phone", "newsletter"]

    def clean_phone(self):
        phone = self.cleaned_data["phone"].replace(" ", "")
        if phone and not phone.lstrip("+").isdigit():
            raise forms.ValidationError("A phone number has digits only.")
        return phone


def log_in(request):
    form = AuthenticationForm(request, data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        login(request, form.get_user())
        messages.success(request, f"Welcome back, {form.get_user().first_name}.")
        target = request.POST.get("next", "")
        inside = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
        return redirect(target if inside else "bookings")
    if request.method == "POST":
        log.warning("failed log-in of %s", request.POST.get("username"))
    return render(request, "login.html", {"form": form, "next": request.GET.get("next", "")})


@require_POST
def log_out(request):
    logout(request)
    messages.info(request, "You are logged out.")
    return redirect("home")


@csrf_exempt
@require_POST
def token(request):
    """A bearer token for programs."""
    data = json.loads(request.body)
    user = authenticate(request, username=data.get("username"), password=data.get("password"))
    if user is None:
        return JsonResponse({"error": "wrong name or password"}, status=403)
    token, _ = Token.objects.get_or_create(user=user)
    return JsonResponse({"token": token.key, "type": "bearer", "branch": user.membership.branch.code})


@login_required
def profile(request):
    membership = request.user.membership
    form = ProfileForm(request.POST or None, instance=membership)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Your profile was saved.")
        return redirect("profile")
    return render(request, "profile.html", {"form": form, "membership": membership})


def ask_reset(request):
    """Sends a token by mail; says the same whether or not the address is known."""
    if request.method == "POST":
        address = request.POST.get("email", "").strip()
        for user in get_user_model().objects.filter(email__iexact=address):
            now = timezone.now()
            reset = user.resets.filter(used_at=None).first()
            if reset is None:
                reset = PasswordReset.objects.create(user=user, token=secrets.token_urlsafe(24), asked_at=now)
            send_mail(
                "Your new password for the toolshed",
                f"Hello {user.first_name},\n\nchoose a new password with this code: {reset.token}\n",
                None,
                [user.email],
            )
        messages.info(request, "If the address is known, a mail is on its way.")
        return redirect("login")
    return render(request, "reset.html")


def use_reset(request):
    error = ""
    if request.method == "POST":
        reset = PasswordReset.objects.filter(token=request.POST.get("token", ""), used_at=None).first()
        password = request.POST.get("password", "")
        if reset is None:
            error = "This code is unknown or used."
        elif len(password) < 12:
            error = "A password has 12 characters or more."
        else:
            reset.user.set_password(password)
            reset.user.save()
            reset.used_at = timezone.now()
            reset.save()
            messages.success(request, "Your password was changed.")
            return redirect("login")
    return render(request, "reset_confirm.html", {"error": error})
