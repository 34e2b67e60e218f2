from django.db import migrations

from tenancy.operations import WithoutAccountKey


class Migration(migrations.Migration):
    dependencies = [("scoring", "0005_source_rates")]

    operations = [WithoutAccountKey("Signal")]
