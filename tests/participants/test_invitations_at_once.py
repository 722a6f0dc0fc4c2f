"""Many use one invitation at the same time, or one person two."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from accounts.models import User
from audit.models import AuditEvent
from lantern.lib.tenancy import Scope, acting, acting_as_system
from participants import invitations
from participants.models import Invitation, Member, Role
from tests.world import PASSWORD, add_company, add_team_member

pytestmark = pytest.mark.django_db(transaction=True)

ADDRESS = "noor@northwind.example"


def test_sixteen_uses_of_one_link_at_once_make_one_member() -> None:
    with acting_as_system():
        adam = add_team_member(add_company("northwind"), "adam", Role.ADMIN)
        sent = invitations.invite(adam.participant, address=ADDRESS, role=Role.ANALYST, by=adam)
    together = Barrier(16)

    def use(number: int) -> bool:
        try:
            with acting(Scope.PUBLIC):
                together.wait()
                invitations.accept(sent.token_hash, name=f"Noor {number}", password=PASSWORD)
        except invitations.LinkUsed:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(16) as threads:
        assert sum(threads.map(use, range(16))) == 1
    with acting_as_system():
        assert User.objects.filter(email=ADDRESS).count() == 1
        assert Member.objects.filter(user__email=ADDRESS).count() == 1
        assert AuditEvent.objects.filter(event="invitation.accepted").count() == 1


def test_one_address_invited_by_two_companies_joins_one() -> None:
    with acting_as_system():
        admins = [add_team_member(add_company(slug), "adam", Role.ADMIN) for slug in ("northwind", "harbor")]
        sent = [invitations.invite(admin.participant, address=ADDRESS, role=Role.LEAD, by=admin) for admin in admins]
    together = Barrier(2)

    def use(invitation: Invitation) -> bool:
        try:
            with acting(Scope.PUBLIC):
                together.wait()
                invitations.accept(invitation.token_hash, name="Noor", password=PASSWORD)
        except invitations.LinkClosed:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(use, sent)) == [False, True]
    with acting_as_system():
        assert Member.objects.filter(user__email=ADDRESS).count() == 1
