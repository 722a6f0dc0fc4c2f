"""Editions are public once they are there, made by staff, and never changed."""

from django.db import migrations

from lantern.lib.walls import append_only


class Migration(migrations.Migration):
    dependencies = [("lantern", "0001_tenancy"), ("transparency", "0001_initial")]
    operations = [append_only("transparency_edition")]
