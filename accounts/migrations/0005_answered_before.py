from django.db import migrations

# One errand for two steps that can't be one statement: what a twin has just written is seen only by a statement that
# begins after the wait for it.
ANSWERED_BEFORE = """
    CREATE FUNCTION answered_before(account uuid, asked text, since timestamptz, patience text)
    RETURNS TABLE (digest bytea, status smallint, body jsonb)
    LANGUAGE plpgsql VOLATILE AS $$
    BEGIN
        PERFORM set_config('lock_timeout', patience, true);
        PERFORM pg_advisory_xact_lock(hashtextextended(asked, hashtextextended(account::text, 0)));
        RETURN QUERY SELECT answer.digest, answer.status, answer.body FROM idempotent_answer AS answer
                      WHERE answer.account_id = account AND answer.key = asked AND answer.created_at >= since;
    END $$
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_member_habits")]

    operations = [migrations.RunSQL(ANSWERED_BEFORE, "DROP FUNCTION answered_before(uuid, text, timestamptz, text)")]
