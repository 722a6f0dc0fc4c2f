"""Drafts and months are staff's; what is published was reviewed as it is, by somebody else, and never changes."""

from django.db import migrations

from lantern.lib.walls import ANYBODY, STAFF, append_only, never_deleted, wall

# The constraint is not asked of editions from before there were drafts, which nobody can change any more.
TWO_PEOPLE = migrations.RunSQL(
    """
    ALTER TABLE transparency_edition ADD CONSTRAINT edition_is_reviewed_and_published_by_two_people
        CHECK (reviewed_by_id IS NOT NULL AND published_by_id IS NOT NULL AND reviewed_by_id <> published_by_id)
        NOT VALID;
    """,
    "ALTER TABLE transparency_edition DROP CONSTRAINT edition_is_reviewed_and_published_by_two_people",
)
AS_REVIEWED = migrations.RunSQL(
    """
    CREATE FUNCTION transparency_only_as_reviewed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NOT EXISTS (
            SELECT 1 FROM transparency_draft d
            WHERE d.id = NEW.draft_id AND (d.year, d.number) = (NEW.year, NEW.number)
                AND d.reviewed_by_id = NEW.reviewed_by_id AND d.sha256 = NEW.sha256
        ) THEN
            RAISE EXCEPTION 'an edition is a draft as it was reviewed' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER transparency_edition_as_reviewed BEFORE INSERT ON transparency_edition
        FOR EACH ROW EXECUTE FUNCTION transparency_only_as_reviewed();
    """,
    """
    DROP TRIGGER transparency_edition_as_reviewed ON transparency_edition;
    DROP FUNCTION transparency_only_as_reviewed();
    """,
)
REVIEW_IS_OF_THIS = migrations.RunSQL(
    """
    CREATE FUNCTION transparency_draft_changes() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT 1 FROM transparency_edition e WHERE e.draft_id = OLD.id) THEN
            RAISE EXCEPTION 'a draft that is published does not change' USING ERRCODE = 'check_violation';
        END IF;
        IF (NEW.year, NEW.number) <> (OLD.year, OLD.number) THEN
            RAISE EXCEPTION 'a draft stays the draft of its edition' USING ERRCODE = 'check_violation';
        END IF;
        IF OLD.reviewed_by_id IS NOT NULL AND NEW.reviewed_by_id IS NOT NULL
            AND (NEW.words, NEW.changes, NEW.snapshot, NEW.sha256, NEW.reviewed_by_id)
                IS DISTINCT FROM (OLD.words, OLD.changes, OLD.snapshot, OLD.sha256, OLD.reviewed_by_id)
        THEN
            RAISE EXCEPTION 'a review is of the words and figures it was of' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER transparency_draft_changes BEFORE UPDATE ON transparency_draft
        FOR EACH ROW EXECUTE FUNCTION transparency_draft_changes();
    """,
    """
    DROP TRIGGER transparency_draft_changes ON transparency_draft;
    DROP FUNCTION transparency_draft_changes();
    """,
)


class Migration(migrations.Migration):
    dependencies = [("transparency", "0003_drafts")]
    operations = [
        wall("transparency_draft", read=STAFF),
        wall("transparency_monthlyreport", read=STAFF),
        wall("transparency_edition", read=ANYBODY, write=STAFF),
        wall("transparency_editionfile", read=ANYBODY, write=STAFF),
        never_deleted("transparency_draft"),
        append_only("transparency_editionfile"),
        append_only("transparency_monthlyreport"),
        TWO_PEOPLE,
        AS_REVIEWED,
        REVIEW_IS_OF_THIS,
    ]
