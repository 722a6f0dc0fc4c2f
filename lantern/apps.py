from django.apps import AppConfig


class LanternConfig(AppConfig):
    name = "lantern"
    verbose_name = "Lantern"

    def ready(self) -> None:
        from lantern import starting  # noqa: F401, PLC0415 -- connects itself
