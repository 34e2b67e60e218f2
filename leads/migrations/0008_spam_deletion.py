"""Spam may be deleted for good, and nothing else that arrived: the table itself refuses the rest."""

from django.db import migrations

ALLOW = """
GRANT DELETE ON submission TO tollgate_app;
CREATE POLICY only_spam_goes ON submission AS RESTRICTIVE FOR DELETE USING (spam <> '');
"""
FORBID = """
DROP POLICY only_spam_goes ON submission;
REVOKE DELETE ON submission FROM tollgate_app;
"""


class Migration(migrations.Migration):
    dependencies = [("leads", "0007_own_fields")]

    operations = [migrations.RunSQL(ALLOW, FORBID)]
