"""Each booking, payment and document leaves a row in the audit."""

from django.db.models.signals import post_delete, post_save

from rentals.models import AuditEntry, Booking, Document, Payment


def note_saved(sender, instance, created, **kwargs):
    AuditEntry.objects.create(
        action="created" if created else "changed",
        subject=sender.__name__.lower(),
        details=describe(instance),
    )


def note_deleted(sender, instance, **kwargs):
    AuditEntry.objects.create(action="deleted", subject=sender.__name__.lower(), details=describe(instance))


def describe(instance):
    if isinstance(instance, Booking):
        return {
            "tool": instance.tool.inventory_number,
            "member": instance.member.username,
            "total": str(instance.total),
        }
    if isinstance(instance, Payment):
        return {"amount": str(instance.amount), "currency": instance.currency}
    return {"title": instance.title, "size": instance.size}


def connect():
    post_save.connect(note_saved, sender=Booking, dispatch_uid="booking-saved")
    post_save.connect(note_saved, sender=Payment, dispatch_uid="payment-saved")
    post_save.connect(note_saved, sender=Document, dispatch_uid="document-saved")
    post_delete.connect(note_deleted, sender=Booking, dispatch_uid="booking-deleted")
