"""`manage.py keys`: which keys there are and what they hold, a new one, sealing anew, retiring one (docs/keys.md)."""

import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from audit.events import Event
from audit.record import PORTAL, record
from lantern.installation.errors import InstallationError
from lantern.installation.folders import open_home
from lantern.installation.keys import FINGERPRINT_NEXT, add_seal_key, make_next_fingerprint, number_next_fingerprint
from lantern.lib.key_files import key_of, keys_in
from lantern.lib.seal import Keyring, SealBroken, forget_keys, keyring
from lantern.lib.tenancy import acting_as_system
from lantern.models import Resealing
from lantern.resealing import count_by_key, reseal, start_resealing
from signals.renaming import InUse, rename_everything

NOT_RENAMED = "Stop web, workers and beat, and finish or cancel uploads on their way, first."


class Command(BaseCommand):
    """Never shows a key. Whoever runs it can read the key folder."""

    help = "Sealing and fingerprint keys: status, add, reencrypt, retire, rename."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One of five deeds."""
        deeds = parser.add_subparsers(dest="deed", required=True)
        deeds.add_parser("status", help="Which keys there are, and how many values each has sealed.")
        deeds.add_parser("add", help="Make a new sealing key; it seals from now on.")
        reencrypt = deeds.add_parser("reencrypt", help="Have everything sealed anew with the newest key.")
        reencrypt.add_argument("--here", action="store_true", help="Here and now, without a worker.")
        retire = deeds.add_parser("retire", help="Take a sealing key that seals nothing any more out of use.")
        retire.add_argument("number", type=int)
        retire.add_argument(
            "--now", action="store_true", help="Even where sessions may still hold something it sealed."
        )
        deeds.add_parser("rename", help="Change the fingerprint key. Stop web, workers and beat first.")

    def handle(self, *args: Any, deed: str, **options: Any) -> None:
        try:
            getattr(self, f"_{deed}")(**options)
        except InstallationError as refusal:
            raise CommandError(str(refusal)) from None

    def _status(self, **_: Any) -> None:
        held, keys = count_by_key(), keyring()
        for number in sorted({*keys.numbers, *held}):
            place = "seals" if number == keys.newest else "opens" if number in keys.numbers else "is missing"
            self.stdout.write(f"seal-{number} {place}: {held[number]:,} values")
        self.stdout.write(f"fingerprint-{max(keys_in(settings.KEYS_DIR, 'fingerprint'))} names")
        with acting_as_system():
            for job in Resealing.objects.filter(key=keys.newest).order_by("table", "column"):
                state = "finished" if job.finished_at else "under way"
                broken = f", {job.unopened:,} do not open" if job.unopened else ""
                self.stdout.write(f"{job}: {state}, {job.resealed:,} sealed anew{broken}")

    def _add(self, **_: Any) -> None:
        self.stdout.write(f"{add_seal_key(open_home())} seals from now on; keep a copy of it apart from the database.")

    def _reencrypt(self, *, here: bool, **_: Any) -> None:
        key = start_resealing()
        if here:
            reseal()
        self.stdout.write(f"Everything is {'sealed anew' if here else 'being sealed anew'} with seal-{key}.")

    def _retire(self, *, number: int, now: bool, **_: Any) -> None:
        keys = keyring()
        if number not in keys.numbers or number == keys.newest:
            raise CommandError("Only a key that is there and no longer seals can be retired.")
        if held := count_by_key()[number]:
            raise CommandError(f"seal-{number} still seals {held:,} values: run manage.py keys reencrypt.")
        newest = settings.KEYS_DIR / f"seal-{keys.newest}.key"
        if not now and time.time() - newest.stat().st_mtime < settings.SESSION_SECONDS:
            raise CommandError("People may still be signed in since before the newest key: wait, or say --now.")
        path = settings.KEYS_DIR / f"seal-{number}.key"
        path.rename(path.with_suffix(".retired"))
        with acting_as_system():
            record(Event.SEAL_KEY_RETIRED, Resealing, by=PORTAL, key=number)
        self.stdout.write(f"{path.stem} is retired. Backups from before still need it: keep a copy as long as them.")

    def _rename(self, **_: Any) -> None:
        folder = settings.KEYS_DIR
        names, is_new = keys_in(folder, "fingerprint"), make_next_fingerprint(open_home())
        try:
            number = rename_everything(Keyring(keys_in(folder, "seal"), names[1], key_of(folder / FINGERPRINT_NEXT)))
        except (InUse, SealBroken) as fault:
            if is_new:  # one that was there may be in use already: the change was cut short after its commit
                (folder / FINGERPRINT_NEXT).unlink()
            raise CommandError(NOT_RENAMED if isinstance(fault, InUse) else f"A value does not open: {fault}") from None
        name = number_next_fingerprint(open_home())
        forget_keys()
        self.stdout.write(f"{number:,} names were made again; {name} names from now on. Start everything again.")
