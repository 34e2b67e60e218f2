from django.db import migrations, models

from tenancy.operations import DefinerFunction

# What an event tells without telling of anybody: our own words, which timelines and automations read. Numbers stay too.
KEPT = (
    "tier tier_before member_id member before stage pipeline source channel kind_of direction outcome automatic policy "
    "due_at owner cadence from to kind at submission starts_at reviewed_at file role criterion on deal move recycle_on"
)


class Migration(migrations.Migration):
    """The one way past "nobody changes what happened and what arrived": a person asks to be forgotten."""

    dependencies = [("leads", "0019_erasure"), ("events", "0001_initial")]

    operations = [
        migrations.AddIndex("company", models.Index(fields=["account", "-created_at", "-id"], name="company_newest")),
        migrations.AddIndex("contact", models.Index(fields=["account", "-created_at", "-id"], name="contact_newest")),
        migrations.AddIndex("lead", models.Index(fields=["account", "company"], name="lead_company")),
        migrations.RunSQL(
            "GRANT UPDATE ON event, submission TO tollgate_definer",
            "REVOKE UPDATE ON event, submission FROM tollgate_definer",
        ),
        DefinerFunction(
            "redact_person(uuid[], text[])",
            """
            CREATE FUNCTION redact_person(subjects uuid[], words text[]) RETURNS void
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
            DECLARE
                tenant uuid := nullif(current_setting('app.account_id', true), '')::uuid;
                word text;
            BEGIN
                UPDATE event SET body = (
                    SELECT coalesce(jsonb_object_agg(key, value), '{}'::jsonb) FROM jsonb_each(event.body)
                     WHERE jsonb_typeof(value) IN ('number', 'boolean', 'null')
                        OR (jsonb_typeof(value) = 'string' AND key = ANY(string_to_array('KEPT', ' ')))),
                    actor_name = CASE actor_kind WHEN 'prospect' THEN 'The prospect' ELSE actor_name END
                 WHERE account_id = tenant AND (lead_id = ANY(subjects) OR subject_id = ANY(subjects));
                UPDATE submission SET raw = '{}', ignored = '[]', problems = '[]', campaign = '{}', consent = '{}',
                    ip = NULL, spam = CASE spam WHEN '' THEN '' ELSE 'erased' END
                 WHERE account_id = tenant AND (lead_id = ANY(subjects) OR id = ANY(subjects));
                FOREACH word IN ARRAY words LOOP
                    UPDATE event SET body = regexp_replace(body::text, word, 'erased', 'gi')::jsonb
                     WHERE account_id = tenant AND body::text ~* word;
                    UPDATE submission SET raw = regexp_replace(raw::text, word, 'erased', 'gi')::jsonb
                     WHERE account_id = tenant AND raw::text ~* word;
                END LOOP;
            END $$
            """.replace("KEPT", KEPT),
        ),
    ]
