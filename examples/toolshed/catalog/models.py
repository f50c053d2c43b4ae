from datetime import timedelta

from django.conf import settings
from django.db import models


class Region(models.Model):
    name = models.CharField(max_length=60, unique=True)
    currency = models.CharField(max_length=3)

    def __str__(self):
        return self.name


class Branch(models.Model):
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="branches")
    name = models.CharField(max_length=60)
    code = models.CharField(max_length=8, unique=True)
    latitude = models.DecimalField(max_digits=8, decimal_places=5)
    longitude = models.DecimalField(max_digits=8, decimal_places=5)
    hours = models.JSONField(default=dict)

    def __str__(self):
        return self.name


class Category(models.Model):
    name = models.CharField(max_length=60)
    slug = models.SlugField(unique=True)

    def __str__(self):
        return self.name


class Tag(models.Model):
    name = models.CharField(max_length=30, unique=True)

    def __str__(self):
        return self.name


class Tool(models.Model):
    branch = models.ForeignKey(Branch, on_delete=models.CASCADE, related_name="tools")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="tools")
    tags = models.ManyToManyField(Tag, blank=True, related_name="tools")
    fans = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="favourites")
    name = models.CharField(max_length=80)
    inventory_number = models.CharField(max_length=20, unique=True)
    daily_rate = models.DecimalField(max_digits=8, decimal_places=2)
    deposit = models.DecimalField(max_digits=8, decimal_places=2, default=0)
    stock = models.PositiveIntegerField(default=1)
    max_loan = models.DurationField(default=timedelta(days=14))
    specs = models.JSONField(default=dict, blank=True)
    retired = models.BooleanField(default=False)
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["branch", "name"], name="one_name_per_branch")]

    def __str__(self):
        return self.name


class Kit(models.Model):
    branch = models.ForeignKey(Branch, on_delete=models.CASCADE, related_name="kits")
    name = models.CharField(max_length=80)
    tools = models.ManyToManyField(Tool, through="KitItem", related_name="kits")
    discount = models.DecimalField(max_digits=4, decimal_places=2, default=0)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["branch", "name"], name="one_kit_name_per_branch")]

    def __str__(self):
        return self.name


class KitItem(models.Model):
    kit = models.ForeignKey(Kit, on_delete=models.CASCADE, related_name="items")
    tool = models.ForeignKey(Tool, on_delete=models.CASCADE, related_name="kit_items")
    quantity = models.PositiveIntegerField(default=1)
    note = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kit", "tool"], name="tool_once_per_kit")]

    def __str__(self):
        return f"{self.quantity} × {self.tool}"
