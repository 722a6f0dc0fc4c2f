"""Lantern: signals about child sexual exploitation and abuse, shared, reviewed and accounted for."""

from lantern.celery import app as celery_app

__all__ = ["celery_app"]
