from django.db import migrations

from tenancy.operations import DefinerFunction


class Migration(migrations.Migration):
    """Which accounts have something to do: the one question about jobs that is asked across accounts."""

    dependencies = [("events", "0001_initial")]

    operations = [
        DefinerFunction(
            "accounts_with_due_jobs(timestamptz, boolean)",
            """
            CREATE FUNCTION accounts_with_due_jobs(moment timestamptz, beyond boolean)
            RETURNS TABLE (account_id uuid, since timestamptz)
            LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            BEGIN
                RETURN QUERY SELECT job.account_id, min(job.run_at) FROM job
                              WHERE job.state = 'pending' AND job.outside = beyond AND job.run_at <= moment
                              GROUP BY job.account_id;
            END $$
            """,
        ),
        DefinerFunction(
            "accounts_with_expired_leases(timestamptz)",
            """
            CREATE FUNCTION accounts_with_expired_leases(moment timestamptz)
            RETURNS TABLE (account_id uuid)
            LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            BEGIN
                RETURN QUERY SELECT DISTINCT job.account_id FROM job
                              WHERE job.state = 'leased' AND job.lease_until < moment;
            END $$
            """,
        ),
    ]
