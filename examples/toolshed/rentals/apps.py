from django.apps import AppConfig


class RentalsConfig(AppConfig):
    name = "rentals"

    def ready(self):
        from rentals import signals

        signals.connect()
