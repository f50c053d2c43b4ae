from django import forms
from django.utils import timezone

from catalog.models import Tool

EXTRAS = [("delivery", "Delivery"), ("training", "Half an hour of training"), ("insurance", "Insurance")]


class BookingForm(forms.Form):
    tool = forms.ModelChoiceField(Tool.objects.filter(retired=False).order_by("name"))
    starts_at = forms.DateTimeField()
    days = forms.IntegerField(min_value=1)
    quantity = forms.IntegerField(min_value=1, initial=1)
    extras = forms.MultipleChoiceField(choices=EXTRAS, required=False)
    note = forms.CharField(max_length=200, required=False)

    def clean_starts_at(self):
        starts_at = self.cleaned_data["starts_at"]
        if starts_at < timezone.now():
            raise forms.ValidationError("That is over already.")
        return starts_at

    def clean(self):
        wanted = super().clean()
        tool, days = wanted.get("tool"), wanted.get("days")
        if tool and days and days > tool.max_loan.days:
            self.add_error("days", f"{tool.name} is lent for {tool.max_loan.days} days at most.")
        return wanted
