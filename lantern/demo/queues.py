"""How the demo world's teams work on their queues: templates, views and rules of their own, and what is disputed."""

from participants.models import Member, Role
from reviews.decision_templates import save_template
from reviews.queue_views import save_view
from reviews.rules import DEFAULT, Rule, save_rule
from reviews.settling import refresh_disputes
from signals.models import Signal

TEMPLATES = (
    {
        "name": "Nothing here",
        "verdict": "dismissed",
        "dismissal": "not_on_platform",
        "reason": "Searched by value and by look-alikes; nothing of ours.",
    },
    {"name": "Account closed", "verdict": "actioned", "policy": "Child safety 3.1"},
)
READS_DOMAINS = "cloudnine"  # files are hosted there: its people read domains as well


def set_up_queues() -> None:
    """As the portal, after the work is made."""
    leads = Member.objects.select_related("user", "participant").filter(role=Role.LEAD, participant__state="active")
    for lead in leads:
        for template in TEMPLATES:
            save_template(**template, by=lead)
        save_view("Critical", {"severity": "4"}, is_shared=True, by=lead)
        save_view("Names us", {"about": "service"}, is_shared=True, by=lead)
        if lead.participant.slug == READS_DOMAINS:
            save_rule(Rule([*DEFAULT.kinds, "domain"], DEFAULT.harm_types, DEFAULT.severities), by=lead)
    refresh_disputes(list(Signal.objects.filter(contributor_count__gt=0).values_list("pk", flat=True)))
