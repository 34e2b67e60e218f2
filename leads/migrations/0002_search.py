from django.db import migrations

from tenancy.operations import DefinerFunction

# A trigram index where the extension is there; a scan of the account's leads where it is not.
TRIGRAMS = """
    DO $$ BEGIN IF EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm') THEN
        CREATE INDEX lead_search ON lead USING gin (search_text gin_trgm_ops);
    END IF; END $$
"""


class Migration(migrations.Migration):
    """Substring search. Row-level security hides every index of a non-leakproof operator such as LIKE from the app's
    role, so the search runs as the definer, for the account in scope only."""

    dependencies = [("leads", "0001_initial")]

    operations = [
        migrations.RunSQL(TRIGRAMS, "DROP INDEX IF EXISTS lead_search"),
        DefinerFunction(
            "search_leads(text, integer)",
            """
            CREATE FUNCTION search_leads(pattern text, most integer) RETURNS TABLE (id uuid)
            LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            DECLARE tenant uuid := nullif(current_setting('app.account_id', true), '')::uuid;
            BEGIN
                RETURN QUERY SELECT lead.id FROM lead
                              WHERE lead.account_id = tenant AND lead.search_text LIKE pattern
                              ORDER BY lead.captured_at DESC, lead.id DESC LIMIT most;
            END $$
            """,
        ),
    ]
