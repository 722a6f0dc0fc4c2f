"""How not to do it, in the same workers and under the same faults: proof that the faults would be seen.

Two tasks fill a table, ten rows at a time. Both acknowledge early and commit their checkpoint apart from their work:
one after it (killed in between, it does the work again: doubled), one before it (killed in between, it goes on behind
work that was never done: lost). Both are rung again when they are quiet, as uploads are.
"""

import time

from celery import shared_task
from django.db import transaction

from lantern.celery import app

TABLES = """
CREATE TABLE chaos_job (id int PRIMARY KEY, way text, total int, done int, touched timestamptz DEFAULT now());
CREATE TABLE chaos_row (job int, number int);
CREATE TABLE chaos_ballast (filling text);
GRANT ALL ON chaos_job, chaos_row, chaos_ballast TO PUBLIC;
"""
TASK = "chaos.naive"
AT_ONCE = 10
BETWEEN_SECONDS = 0.04
TOTAL = 1_500
assert app is not None


@shared_task(name=TASK, acks_late=False)
def carry_on(job: int) -> None:
    """Carry the job on to its end."""
    from django.db import connection  # noqa: PLC0415 -- the worker reads its settings first

    with connection.cursor() as cursor:
        cursor.execute("SELECT way, total, done FROM chaos_job WHERE id = %s", [job])
        way, total, done = cursor.fetchone()
        work = "INSERT INTO chaos_row SELECT %(job)s, n FROM generate_series(%(done)s + 1, %(done)s + %(size)s) n"
        checkpoint = "UPDATE chaos_job SET done = %(done)s + %(size)s, touched = now() WHERE id = %(job)s"
        steps = (work, checkpoint) if way == "doubles" else (checkpoint, work)
        while done < total:
            with transaction.atomic():
                cursor.execute(steps[0], {"job": job, "done": done, "size": AT_ONCE})
            time.sleep(BETWEEN_SECONDS)  # where whoever is killed leaves one without the other
            with transaction.atomic():
                cursor.execute(steps[1], {"job": job, "done": done, "size": AT_ONCE})
            done += AT_ONCE
