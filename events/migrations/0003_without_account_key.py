from django.db import migrations

from tenancy.operations import WithoutAccountKey


class Migration(migrations.Migration):
    dependencies = [("events", "0002_due_everywhere")]

    operations = [WithoutAccountKey("Event"), WithoutAccountKey("Job")]
