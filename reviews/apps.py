from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "reviews"
    verbose_name = "What was decided"

    def ready(self) -> None:
        from reviews import follow_ups, receivers  # noqa: F401, PLC0415 -- connect themselves; models must be loaded first
