from django.db import migrations

from tenancy.operations import WithoutAccountKey


class Migration(migrations.Migration):
    dependencies = [("leads", "0020_redact_person")]

    operations = [
        WithoutAccountKey("Company"),
        WithoutAccountKey("Contact"),
        WithoutAccountKey("Lead"),
        WithoutAccountKey("Submission"),
        WithoutAccountKey("ImportRow"),
    ]
