from django.apps import AppConfig


class SignalsConfig(AppConfig):
    name = "signals"
    verbose_name = "What is shared"

    def ready(self) -> None:
        from signals import receivers  # noqa: F401, PLC0415 -- connects itself; models must be loaded first
