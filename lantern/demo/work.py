"""Two years of the demo world's work: signals by hand and by file, reviews decided and due, a published report.

It goes the way of all work (stage, merge, routing), and is then moved back in time, which only a demonstration may do.
"""

import csv
from collections.abc import Sequence
from datetime import datetime, timedelta
from io import StringIO
from random import Random

from django.core.files.base import ContentFile
from django.db import connection
from django.utils import timezone

from accounts.models import User
from lantern.demo.cases import Finding, Maker
from lantern.demo.follow_ups import make_follow_ups
from lantern.demo.queues import set_up_queues
from lantern.lib.ids import new_id
from lantern.lib.tenancy import Scope, acting, acting_as_system
from participants.models import Member, SharingGroup
from reviews.models import Decision, Measure, Review, ReviewState
from reviews.outcomes import ACTIONED, DISMISSED
from reviews.routing import route
from signals.columns import NATIVE
from signals.intake import start_upload
from signals.merge import make_incidents, merge_slice
from signals.models import Signal
from signals.relating import relate
from signals.rows import CheckedRow, check_fields
from signals.staging import Batch, Packing, stage
from signals.uploads import work_on
from transparency.drafting import draft_report, review_draft
from transparency.publishing import publish_edition

SEED = 8
YEARS = timedelta(days=700)
RECENT = timedelta(days=6)
SHARERS = {"northwind": 230, "harbor": 150, "pixelforge": 110, "cloudnine": 90}
CORROBORATED = 0.16
ACTIONED_SHARE = {"northwind": 0.42, "harbor": 0.34, "pixelforge": 0.3, "cloudnine": 0.38, "meridian": 0.22}
LEFT_OPEN = 0.01
DISMISSED_AS = (
    *("not_on_platform",) * 6,
    *("no_violation",) * 3,
    "not_enough_information",
    "already_known",
    "out_of_date",
)
BY_FILE = {"northwind": 60, "harbor": 45}  # the latest of what they found

# When it was shared and last said again, from when it was seen.
MOVE_CONTRIBUTIONS = """
UPDATE signals_contribution SET shared_at = least(observed_at + interval '1 hour' * (1 + abs(hashtext(id::text)) % 40),
    now() - interval '1 minute' * (abs(hashtext(id::text)) % 300)) WHERE upload_id IS NULL
"""
MOVE_UPLOADS = """
UPDATE signals_upload u SET created_at = moved, confirmed_at = moved, finished_at = moved
FROM (SELECT id, now() - interval '23 hours' * row_number() OVER (ORDER BY id DESC) AS moved FROM signals_upload) m
WHERE m.id = u.id
"""
MOVE_UPLOADED = """
UPDATE signals_contribution c SET shared_at = u.created_at FROM signals_upload u WHERE u.id = c.upload_id
"""
MOVE_SIGNALS = """
UPDATE signals_signal s SET first_shared_at = c.first, last_shared_at = c.last
FROM (SELECT signal_id, min(shared_at) AS first, max(shared_at) AS last FROM signals_contribution GROUP BY signal_id) c
WHERE c.signal_id = s.id
"""
MOVE_REVIEWS = """
UPDATE reviews_review r SET created_at = s.first_shared_at + interval '20 seconds'
FROM signals_signal s WHERE s.id = r.signal_id
"""


def make_work() -> bool:
    """Make the work, unless there is any signal already; says whether it did."""
    with acting_as_system():
        if Signal.objects.exists():
            return False
    random, now = Random(SEED), timezone.now()  # noqa: S311 -- invented work, the same each time, no secret
    findings = _findings(random, now)
    for slug, found in findings.items():
        _share(slug, found[: -BY_FILE.get(slug, 0) or None])
    for slug, number in BY_FILE.items():
        _share_by_file(slug, findings[slug][-number:], random)
    route()
    relate()
    with acting_as_system():
        _move_back()
        _decide(random, now)
        set_up_queues()
        make_follow_ups(random, now, lead=_member("northwind", "lee"))
        _publish(now.year - 1)
    return True


def _publish(year: int) -> None:
    """Sam drafts and reviews, Rio publishes."""
    sam, rio = (User.objects.get(email=f"{name}@coalition.example") for name in ("sam", "rio"))
    draft = draft_report(year, by=sam)
    review_draft(draft, by=sam)
    publish_edition(draft, by=rio)


def _findings(random: Random, now: datetime) -> dict[str, list[Finding]]:
    """What each company found; some of it others found as well."""
    made = {
        slug: list(Maker(random).cases(number, now - YEARS, now - timedelta(hours=3), slug[:2].upper()))
        for slug, number in SHARERS.items()
    }
    for slug, own in list(made.items()):
        others = [finding for other, theirs in made.items() if other != slug for finding in theirs]
        seen_too = random.sample(others, k=int(len(own) * CORROBORATED))
        also = [Finding(each.found_at, {**each.fields, "incident": "", "note": ""}) for each in seen_too]
        made[slug] = sorted([*own, *also], key=lambda finding: finding.found_at)
    return made


def _member(slug: str, local: str = "ana") -> Member:
    members = Member.objects.select_related("user", "participant__auth_group")
    return members.get(user__email=f"{local}@{slug}.example")


def _share(slug: str, findings: Sequence[Finding]) -> None:
    with acting_as_system():
        member = _member(slug)
        group = SharingGroup.objects.get(slug=SharingGroup.DEFAULT_SLUG)
    now = timezone.now()
    checked = [row for each in findings if isinstance(row := check_fields(each.fields, now=now), CheckedRow)]
    batch = Batch(new_id(), member.participant_id, group.pk, member.user_id)
    with acting(Scope.MEMBER, participant_id=member.participant_id, user_id=member.user_id):
        packing = Packing(batch, now)
        stage(batch, (packing.good(number, row) for number, row in enumerate(checked, start=1)))
        make_incidents(batch, after=0, to=len(checked))
        merge_slice(batch, after=0, to=len(checked))
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM signals_stagedrow WHERE batch = %s", [batch.id])


def _share_by_file(slug: str, findings: Sequence[Finding], random: Random) -> None:
    """A file as companies send them: some rows known already, a few to put right."""
    rows = [[finding.fields.get(name, "") for name in NATIVE] for finding in findings]
    rows += [["email", "not an address", "", "grooming"], ["username", "no_service_named", "", "grooming"]]
    rows += [["ip_address", "192.0.2.7", "", "grooming"], ["email", "late@example.com", "", "grooming", "urgent"]]
    random.shuffle(rows)
    text = StringIO()
    csv.writer(text).writerows([list(NATIVE), *rows])
    content = text.getvalue().encode()
    with acting_as_system():
        member = _member(slug, "lee")
        group = SharingGroup.objects.get(slug=SharingGroup.DEFAULT_SLUG)
    with acting(Scope.MEMBER, participant_id=member.participant_id, user_id=member.user_id):
        upload = start_upload(ContentFile(content, "week-47.csv"), group=group, by=member, share=True)
    work_on(upload.pk)


def _move_back() -> None:
    with connection.cursor() as cursor:
        for statement in (MOVE_CONTRIBUTIONS, MOVE_UPLOADS, MOVE_UPLOADED, MOVE_SIGNALS, MOVE_REVIEWS):
            cursor.execute(statement)


def _decide(random: Random, now: datetime) -> None:
    """Most of the old reviews are decided, by both analysts of each company; the recent ones are due."""
    due = Review.objects.filter(state=ReviewState.OPEN, created_at__lt=now - RECENT).select_related("participant")
    analysts = {slug: [_member(slug, "ana"), _member(slug, "ben")] for slug in ACTIONED_SHARE}
    decisions, measures = [], []
    for review in due.order_by("created_at", "pk"):
        if random.random() < LEFT_OPEN:
            continue
        decision = _decision(review, random.choice(analysts[review.participant.slug]), random, now)
        decisions.append(decision)
        measures += _measures(decision, review.signal_id.int % 7, random)
    Decision.objects.bulk_create(decisions, batch_size=1_000)
    Measure.objects.bulk_create(measures, batch_size=1_000)
    Review.objects.filter(pk__in=[decision.review_id for decision in decisions]).update(state=ReviewState.DECIDED)


def _decision(review: Review, member: Member, random: Random, now: datetime) -> Decision:
    waited = timedelta(hours=random.lognormvariate(2.2, 1.1))
    actioned = random.random() < ACTIONED_SHARE[review.participant.slug]
    return Decision(
        review=review,
        participant=review.participant,
        decided_by=member,
        verdict=ACTIONED.name if actioned else DISMISSED.name,
        dismissal="" if actioned else random.choice(DISMISSED_AS),
        policy="Child safety 3.1" if actioned else "",
        decided_at=min(review.created_at + waited, now - timedelta(minutes=5)),
    )


def _measures(decision: Decision, shape: int, random: Random) -> list[Measure]:
    if decision.verdict != ACTIONED.name:
        return []
    done = {"accounts_disabled": random.choice((1, 1, 1, 2, 3))}
    if shape in (1, 2):
        done["content_removed"] = random.randrange(1, 15)
    if shape == 3:
        done = {"urls_blocked": random.randrange(1, 4)}
    if shape in (2, 4):
        done["reports_ncmec"] = 1
    return [
        Measure(decision=decision, participant=decision.participant, unit=unit, count=count)
        for unit, count in done.items()
    ]
