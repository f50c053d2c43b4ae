"""A tiny Django project, with models of many kinds, and views that do well, badly, and nothing at all."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

FILES = {
    "settings.py": """
        SECRET_KEY = "x" * 40
        USE_TZ = True
        ROOT_URLCONF = "urls"
        PAYMENTS_URL = "https://payments.example.com/v1"
        INSTALLED_APPS = [
            "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages", "shop",
        ]
        MIDDLEWARE = [
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
        ]
        TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates"}]
        DATABASES = {
            name: {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"} for name in ("default", "other")
        }
        DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
        PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
        """,
    "urls.py": """
        from django.urls import path
        from shop import views

        urlpatterns = [
            path(f"{name}/", getattr(views, name))
            for name in (
                "listed", "make", "rename", "remove", "tag", "page", "upload", "mailed", "paid", "asked", "told", "clock",
                "broken", "leaves", "ends", "killed", "fragile", "chance", "logged_in", "half", "place", "elsewhere",
            )
        ]
        """,
    "shop/__init__.py": "",
    "shop/models.py": """
        import uuid
        from datetime import timedelta
        from django.db import models
        from django.db.models.signals import post_save
        from django.dispatch import receiver

        class Customer(models.Model):
            id = models.UUIDField(primary_key=True, default=uuid.uuid4)
            name = models.CharField(max_length=60)
            code = models.CharField(max_length=60, unique=True)

        class Regular(Customer):
            class Meta:
                proxy = True

        class Tag(models.Model):
            name = models.CharField(max_length=60)

        class Order(models.Model):
            customer = models.ForeignKey(Customer, models.CASCADE)
            parent = models.ForeignKey("self", models.CASCADE, null=True)
            by_code = models.ForeignKey(Customer, models.CASCADE, to_field="code", null=True, related_name="+")
            tags = models.ManyToManyField(Tag)
            name = models.CharField(max_length=60, default="new")
            notes = models.JSONField(default=dict)
            takes = models.DurationField(default=timedelta(hours=1))
            sheet = models.FileField(upload_to="sheets", blank=True)
            added = models.DateTimeField(auto_now_add=True)

            class Meta:
                constraints = [models.UniqueConstraint(fields=["customer", "name"], name="one_name")]

        class Audit(models.Model):
            what = models.CharField(max_length=60)

        class Group(models.Model):
            name = models.CharField(max_length=60)

        class Place(models.Model):
            name = models.CharField(max_length=60)

        class Cafe(Place):
            seats = models.IntegerField()

        class Owner(models.Model):
            place = models.OneToOneField(Place, models.CASCADE, primary_key=True)
            name = models.CharField(max_length=60)

        @receiver(post_save, sender=Order)
        def note(sender, instance, created, **other):
            if created:
                Audit.objects.create(what=f"order {instance.pk}")
        """,
    "shop/views.py": """
        import ctypes, os, random, sys
        import django.contrib.messages
        from django.contrib.auth import login
        from django.contrib.auth.models import User
        from django.conf import settings
        from django.core.mail import send_mail
        from django.db import transaction
        from django.http import HttpResponse, JsonResponse
        from django.template import engines
        from django.utils import timezone
        from shop.models import *

        def listed(request):
            orders = [{"id": o.pk, "url": f"/o/{o.pk}/", "by": str(o.customer_id)} for o in Order.objects.all()]
            return JsonResponse({"orders": orders})

        def make(request):
            order = Order.objects.create(customer=Customer.objects.get(pk=request.POST["customer"]), name=request.POST["name"])
            return JsonResponse({"id": order.pk}, status=201)

        def rename(request):
            Order.objects.filter(pk=request.GET["order"]).update(name="other")
            return HttpResponse("done")

        def remove(request):
            Order.objects.all().delete()
            return HttpResponse(status=204)

        def tag(request):
            Order.objects.get().tags.set(Tag.objects.filter(name="hot"))
            return HttpResponse("")

        def page(request):
            lines = ["<p>Orders</p>", "<ul>", "{% for o in orders %}<li>{{ o.name }}</li>", "{% endfor %}</ul>"]
            template = engines["django"].from_string("\\n".join(lines))
            return HttpResponse(template.render({"orders": Order.objects.all()}))

        def upload(request):
            Order.objects.create(customer=Customer.objects.get(), name="filed", sheet=request.FILES["sheet"])
            return HttpResponse(b"\\x89\\x00\\xff", content_type="image/png")

        def mailed(request):
            send_mail("Hello", f"order {Order.objects.get().pk}", "a@example.com", ["b@example.com"])
            django.contrib.messages.success(request, "sent")
            return HttpResponse("sent")

        def paid(request):
            import requests
            answer = requests.post(settings.PAYMENTS_URL + "/pay", json={"order": Order.objects.get().pk}, timeout=5)
            return JsonResponse({"paid": answer.json()["ok"]}, status=answer.status_code)

        def asked(request):
            import httpx
            return HttpResponse(httpx.get(settings.PAYMENTS_URL + "/rates?day=1").text)

        def told(request):
            return JsonResponse({"env": os.environ.get("SHOP_MODE"), "media": settings.MEDIA_ROOT != ""})

        def clock(request):
            return HttpResponse(timezone.now().isoformat())

        def broken(request):
            raise LookupError("no such thing")

        def leaves(request):
            sys.exit(3)

        def ends(request):
            os._exit(0)

        def killed(request):
            ctypes.string_at(0)

        def fragile(request):
            total = 1 + 2 + 3 + 4 + 5 + 6 + 7 + 8 + 9 + 10 + 11 + 12
            return HttpResponse("whole") if total == 78 else ctypes.string_at(0)

        def chance(request):
            return HttpResponse(str(random.random()))

        def logged_in(request):
            login(request, User.objects.get())
            return HttpResponse("")

        def half(request):
            with transaction.atomic():
                Order.objects.create(customer=Customer.objects.get(), name="lost")
                transaction.set_rollback(True)
            return HttpResponse("")

        def elsewhere(request):
            Audit.objects.using("other").create(what="far")
            Order.objects.using("other").update(name="renamed")
            return HttpResponse("")

        def place(request):
            Place.objects.update(name="renamed")
            if "new" in request.GET:
                Cafe.objects.create(name="New", seats=2)
            return JsonResponse([place.pk for place in Place.objects.all()], safe=False)
        """,
    "manage.py": "",
    "pytest.ini": "[pytest]\nDJANGO_SETTINGS_MODULE = settings\npythonpath = .\n",
    "tests/conftest.py": "",
}


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its folder; `settings` is the module of its settings."""
    pytest.importorskip("django", reason="SKIPPED FOR WANT OF DJANGO: the project is one of Django")
    folder = tmp_path_factory.mktemp("shop_project")
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
    return folder
