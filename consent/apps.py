from django.apps import AppConfig


class ConsentConfig(AppConfig):
    name = "consent"

    def ready(self) -> None:
        from consent import starting  # noqa: F401 - what it registers is shown by manage.py check
