"""What came of the demo world's latest decisions: second looks, feedback, a thread, and what people were told of it."""

from datetime import datetime, timedelta
from random import Random

from django.db import connection
from django.db.models import Q, QuerySet

from participants.models import Member, SharingGroup
from reviews.feedback import send_due
from reviews.feedback_kinds import ASKS
from reviews.models import Decision, GivenFeedback, Notification, OutgoingFeedback, SecondReview, WorkedItem
from reviews.practice import choose_practice
from reviews.second_reviews import agree, ask_for_second, return_to_first, take, vote
from reviews.threads import write

TOLD_SINCE = timedelta(days=60)
LOOKED_SINCE = timedelta(days=60)
READ_AFTER = timedelta(days=10)
WAITING = 4  # second looks that nobody has taken yet
DISAGREES = 0.15

# What was told and noticed a minute after it had been decided, which only a demonstration may say.
MOVE_GIVEN = """
UPDATE reviews_givenfeedback g SET told_at = d.decided_at + interval '1 minute'
FROM reviews_decision d WHERE d.review_id = g.review_id
"""
MOVE_TOLD = "UPDATE reviews_feedback f SET told_at = g.told_at FROM reviews_givenfeedback g WHERE g.feedback_id = f.id"
MOVE_NOTICED = """
UPDATE reviews_notification n SET created_at = f.told_at FROM reviews_feedback f WHERE f.id = n.target
"""
MOVE_SECONDS = """
UPDATE reviews_secondreview s SET created_at = d.decided_at, voted_at = d.decided_at + interval '5 hours',
    concluded_at = d.decided_at + interval '5 hours'
FROM reviews_decision d WHERE d.id = s.decision_id AND s.state = 'done'
"""


def make_follow_ups(random: Random, now: datetime, lead: Member) -> None:
    """Second looks at what Northwind decided lately, and feedback on all that was decided lately. As the portal."""
    SharingGroup.objects.filter(slug=SharingGroup.DEFAULT_SLUG).update(names_reviewers=True)
    choose_practice(outcomes=["wrong_identity"], severities=[3, 4], sample_percent=5, break_is_binding=False, by=lead)
    decisions = Decision.objects.select_related("review__signal", "decided_by").order_by("decided_at", "pk")
    _look_again(decisions.filter(participant=lead.participant, decided_at__gt=now - LOOKED_SINCE), lead, random)
    OutgoingFeedback.objects.bulk_create(
        OutgoingFeedback(
            participant_id=decision.participant_id, review=decision.review, decision=decision, ready_at=now
        )
        for decision in decisions.filter(decided_at__gt=now - TOLD_SINCE)
    )
    while send_due():
        pass
    with connection.cursor() as cursor:
        for statement in (MOVE_GIVEN, MOVE_TOLD, MOVE_NOTICED, MOVE_SECONDS):
            cursor.execute(statement)
    WorkedItem.objects.all().delete()  # as `clear_worked` would: it is long ago that they looked again
    old = Q(created_at__lt=now - READ_AFTER) | Q(kind="touched")  # disputes of two years, settled at once
    Notification.objects.filter(old).update(read_at=now, mailed_at=now)
    Notification.objects.update(mailed_at=now)
    _ask(lead)


def _look_again(decisions: QuerySet[Decision], by: Member, random: Random) -> None:
    for decision in decisions:
        ask_for_second(decision.review, decision)
    SecondReview.objects.update(ready_at="2020-01-01T00:00:00Z")
    due = list(SecondReview.objects.due_for(by).select_related("decision"))
    for second in due[:-WAITING]:
        first = second.decision
        take(second, by=by)
        if random.random() > DISAGREES:
            agree(vote(second, verdict=first.verdict, dismissal=first.dismissal, by=by), by=by)
            continue
        vote(second, verdict="dismissed", dismissal="not_enough_information", by=by)
        if first.verdict == "actioned":
            agree(second, words="I had not seen the second account.", by=by)
        else:
            return_to_first(second, words="Please look at the other account of the same person too.", by=by)


def _ask(giver: Member) -> None:
    """A question to those who shared a signal that could not be decided, and their answer."""
    own = GivenFeedback.objects.visible_to(giver).filter(kind=ASKS.name).select_related("contribution")
    given = own.order_by("-told_at").first()
    if given is None:
        return
    sharer = Member.objects.get(user=given.contribution.shared_by_id)
    write(given.feedback_id, "On which of your features was this, and in one conversation or in several?", by=giver)
    write(given.feedback_id, "In direct messages, in several conversations within one week in spring.", by=sharer)
