from django.db import migrations

from tenancy.operations import DefinerFunction


class Migration(migrations.Migration):
    """The newest are counted off among what the reader sees, not before it is known what he sees."""

    dependencies = [("leads", "0023_stage_number")]

    operations = [
        DefinerFunction(
            "search_leads(text, integer, uuid[], uuid[])",
            """
            CREATE FUNCTION search_leads(pattern text, most integer, hidden uuid[] DEFAULT '{}',
                                         let_in uuid[] DEFAULT '{}') RETURNS TABLE (id uuid)
            LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            DECLARE tenant uuid := nullif(current_setting('app.account_id', true), '')::uuid;
            BEGIN
                RETURN QUERY SELECT lead.id FROM lead
                              WHERE lead.account_id = tenant AND lead.search_text LIKE pattern
                                AND (lead.owner_id IS NULL OR lead.owner_id <> ALL (hidden) OR lead.id = ANY (let_in))
                              ORDER BY lead.captured_at DESC, lead.id DESC LIMIT most;
            END $$
            """,
        ),
        # Two arguments mean the new one from here on: the release before this one goes on.
        migrations.RunSQL("DROP FUNCTION search_leads(text, integer)", migrations.RunSQL.noop),
    ]
