from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "reviews"
    verbose_name = "What was decided"

    def ready(self) -> None:
        from reviews import receivers  # noqa: F401, PLC0415 -- connects itself; models must be loaded first
