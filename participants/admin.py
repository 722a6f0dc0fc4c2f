"""The coalition's desk: participants, their members and groups, the people, and what happened."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from import_export.resources import ModelResource

from accounts.models import User
from audit.events import Event
from audit.models import AuditEvent
from lantern.lib.folding import folded
from participants import check_in_admin, desk, invitation_admin, sign_in_admin
from participants.export_admin import RecordedExport
from participants.models import Member, Participant, SharingGroup
from participants.services import NameTaken, add_group, add_participant, change_group, change_participant
from participants.staff_admin import ReadOnlyAdmin, StaffAdmin, refusing

__all__ = ["check_in_admin", "invitation_admin", "sign_in_admin"]  # they register themselves

TAKEN = "Somebody has just taken this name or slug. Look whether it is there already."


class ParticipantResource(ModelResource):  # type: ignore[misc]
    """What an export of participants holds."""

    class Meta:
        model = Participant
        fields = ("slug", "name", "sector", "state", "receive_only", "active_since")
        export_order = fields


class MemberInline(admin.TabularInline):  # type: ignore[type-arg]
    """Who belongs to a participant. Its own admin adds and removes people."""

    model = Member
    fields = ("user", "role", "is_active")
    readonly_fields = fields
    extra = 0
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ParticipantForm(forms.ModelForm):  # type: ignore[type-arg]
    """A participant as staff fill it in. A field counts as changed where it differs from what their page showed."""

    services = forms.CharField(
        required=False,
        help_text="The names of its services as they stand in signals, separated by commas, such as northwind.",
    )

    class Meta:
        model = Participant
        fields = ("slug", "name", "sector", "industry", "receive_only", "services")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["services"] = ", ".join(self.instance.services)
        for name, field in self.fields.items():
            field.show_hidden_initial = not self.is_bound or self.add_initial_prefix(name) in self.data

    def clean_services(self) -> list[str]:
        names = map(folded, self.cleaned_data["services"].split(","))
        return [name for name in names if name]


@admin.register(Participant)
class ParticipantAdmin(RecordedExport, StaffAdmin):
    """Participants: what they are, and how they stand."""

    export_event = Event.PARTICIPANTS_EXPORTED
    resource_classes: ClassVar[list[type[ModelResource]]] = [ParticipantResource]
    form = ParticipantForm
    fresh_changes = True
    list_display = ("name", "sector", "state", "receive_only", "active_since")
    list_filter = ("state", "receive_only")
    search_fields = ("name", "slug")
    readonly_fields = ("active_since",)
    inlines = (MemberInline,)
    change_form_template = "admin/participants/participant/change_form.html"

    def get_urls(self) -> list[Any]:
        """The admin's own, and those of the buttons."""
        return [*desk.addresses(self.admin_site.admin_view), *super().get_urls()]

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        """The fields, and above them how the participant stands."""
        participant = self.get_object(request, object_id)
        context = {**(extra_context or {}), **(desk.shown(participant) if participant else {})}
        return super().change_view(request, object_id, form_url, context)

    def get_readonly_fields(self, request: HttpRequest, obj: Participant | None = None) -> tuple[str, ...]:
        return ("slug", "active_since") if obj else ("active_since",)

    @refusing(NameTaken, TAKEN)
    def save_model(self, request: HttpRequest, obj: Participant, form: Any, change: bool) -> None:
        by: Any = request.user
        cleaned = form.cleaned_data
        if not change:
            made = add_participant(
                cleaned["slug"],
                name=cleaned["name"],
                sector=cleaned["sector"],
                receive_only=cleaned["receive_only"],
                services=cleaned["services"],
                industry=cleaned["industry"],
                by=by,
            )
            obj.pk, obj.auth_group_id = made.pk, made.auth_group_id
            obj._state.adding = False
            return
        if form.changed_data:
            change_participant(obj, fields=form.changed_data, by=by)


@admin.register(SharingGroup)
class SharingGroupAdmin(StaffAdmin):
    """Sharing groups. Who is in them follows from the participants' states."""

    fresh_changes = True
    list_display = ("name", "slug", "names_contributors", "names_reviewers")
    fields = ("slug", "name", "names_contributors", "names_reviewers")

    def get_readonly_fields(self, request: HttpRequest, obj: SharingGroup | None = None) -> tuple[str, ...]:
        return ("slug",) if obj else ("names_contributors", "names_reviewers")

    @refusing(NameTaken, TAKEN)
    def save_model(self, request: HttpRequest, obj: SharingGroup, form: Any, change: bool) -> None:
        by: Any = request.user
        if change:
            change_group(obj, fields=form.changed_data, by=by)
        else:
            obj.pk = add_group(obj.slug, name=obj.name, by=by).pk
            obj._state.adding = False


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    """The people of participants and coalition. Passwords and authenticators are shown to nobody."""

    list_display = ("email", "name", "coalition_role", "is_active", "last_login")
    search_fields = ("email", "name")
    fields = ("email", "name", "coalition_role", "is_active", "last_login", "created_at")


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    """What happened, the latest first."""

    list_display = ("at", "event", "actor_id", "participant_id", "target_type", "target_id")
    list_filter = ("event",)
    ordering = ("-id",)
    show_full_result_count = False
