"""One collation for comparing text: letters fold one by one and alike on every machine, whatever the database's own."""

from django.db import migrations

# The built-in provider came with PostgreSQL 17; before it the C library has the same locale.
LETTERS = """
DO $$
BEGIN
    IF current_setting('server_version_num')::int >= 170000 THEN
        CREATE COLLATION tollgate_letters (provider = builtin, locale = 'C.UTF-8');
    ELSE
        CREATE COLLATION tollgate_letters (provider = libc, locale = 'C.UTF-8');
    END IF;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("leads", "0002_search")]

    operations = [migrations.RunSQL(LETTERS, "DROP COLLATION tollgate_letters")]
