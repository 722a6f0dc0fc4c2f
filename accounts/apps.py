from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "People"

    def ready(self) -> None:
        from accounts import receivers  # noqa: F401, PLC0415 -- connects itself; models must be loaded first
