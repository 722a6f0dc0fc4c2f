"""The rows of a review's page, whose queries are asked at every step and made once (`lantern.lib.compiled`)."""

from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from audit.events import Event
from audit.models import AuditEvent
from lantern.lib.compiled import CompiledQuery, IsAnyOf, Parameter
from lantern.lib.paging import Capped, capped
from participants.models import Member
from reviews.models import Decision, DecisionTemplate, Review
from reviews.models.review import ANY_REACH, ReviewQuerySet, reach_of
from signals.models import Handling

NEXT_ITEMS = 8
MOST_HISTORY = 50
MOST_LISTED = 100

HAPPENED = {
    Event.REVIEW_CLAIMED: "claimed",
    Event.REVIEW_KEPT: "kept for longer",
    Event.REVIEW_RELEASED: "given back",
    Event.REVIEW_DECIDED: "decided",
    Event.REVIEW_UNDONE: "undid the decision",
    Event.REVIEW_REOPENED: "opened it again",
    Event.APPEAL_RECORDED: "recorded an appeal",
}


def known_review(review_id: UUID, member: Member) -> Review | None:
    """The review, ended or not, if it is one of the member's company's that she may know of; as `page_of` takes it.

    With its lease, whether there is a decision about it, and with the mark of the company's own on its signal.
    """
    return _known.first(review=review_id, **reach_of(member))


def first_due(member: Member) -> list[Review]:
    """The first of all that is due, with what a list shows of them."""
    return _due.objects(**reach_of(member))


def number_due(member: Member) -> Capped:
    """How many are due, counted to `MOST_LISTED`."""
    return capped(len(_due_beside.rows(**reach_of(member))), MOST_LISTED)


def next_due(member: Member) -> Review | None:
    """The first of them that nobody holds, with its signal."""
    return _next_due.first(**reach_of(member))


def happened_to(review: Review) -> list[AuditEvent]:
    """The last `MOST_HISTORY` events of a review that its history tells, the newest first."""
    return _happened.objects(review=str(review.pk))


def names_of(users: list[int]) -> dict[int, str]:
    """The names of colleagues by their keys as people."""
    return {colleague.user_id: colleague.name for colleague in _members.objects(users=users)}


def decisions_on(signals: list[UUID], member: Member) -> list[Decision]:
    """The decisions in force of the member's company on its reviews of `signals`."""
    reviews = [review for (review,) in _reviews_on.rows(signals=signals, participant=member.participant_id)]
    return _decided.objects(reviews=reviews) if reviews else []


def templates_of(member: Member) -> list[DecisionTemplate]:
    """What the member's company has to begin a decision from."""
    return _templates.objects(participant=member.participant_id)


@CompiledQuery
def _known() -> QuerySet[Review]:
    known = Review.objects.known_in(**ANY_REACH)
    marks = Handling.objects.filter(participant=OuterRef("participant"), signal=OuterRef("signal"))
    decided = Exists(Decision.objects.filter(review=OuterRef("pk")))
    found = known.filter(pk=Parameter("review")).with_lease()
    return found.annotate(was_decided=decided, own_tlp=Subquery(marks.values("tlp")))


def _all_due() -> ReviewQuerySet:
    return Review.objects.visible_in(**ANY_REACH).due()


@CompiledQuery
def _due() -> QuerySet[Review]:
    # Only what the list shows: most of the time goes into reading columns.
    listed = _all_due().with_lease().select_related(None).select_related("signal", "holder__user")
    of_signal = ("kind", "service", "value", "contributor_count", "severity")
    return listed.only(
        "state", "created_at", "held_until", "closed_because", "flag", "holder__user__name",
        *(f"signal__{name}" for name in of_signal),
    )[:NEXT_ITEMS]  # fmt: skip


@CompiledQuery
def _due_beside() -> QuerySet[Review, tuple[str]]:
    return _all_due().order_by().values_list("state")[: MOST_LISTED + 1]


@CompiledQuery
def _next_due() -> QuerySet[Review]:
    return _all_due().unclaimed().select_related("signal")[:1]


@CompiledQuery
def _happened() -> QuerySet[AuditEvent]:
    events = AuditEvent.objects.filter(target_type="reviews.review", target_id=Parameter("review"))
    return events.filter(event__in=list(HAPPENED)).order_by("-id")[:MOST_HISTORY]


@CompiledQuery
def _members() -> QuerySet[Member]:
    return Member.objects.filter(IsAnyOf("user", Parameter("users"))).select_related("user")


@CompiledQuery
def _reviews_on() -> QuerySet[Review, tuple[UUID]]:
    own = Review.objects.filter(participant=Parameter("participant")).filter(IsAnyOf("signal", Parameter("signals")))
    return own.order_by().values_list("pk")


@CompiledQuery
def _decided() -> QuerySet[Decision]:
    # By review: in one question with their signals, PostgreSQL begins with all decisions of the company.
    return Decision.objects.in_force().filter(IsAnyOf("review", Parameter("reviews"))).select_related("review")


@CompiledQuery
def _templates() -> QuerySet[DecisionTemplate]:
    return DecisionTemplate.objects.of(Parameter("participant"))
