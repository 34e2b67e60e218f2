from django.db import migrations

from tenancy.operations import WithoutAccountKey


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_browser_keys")]

    operations = [WithoutAccountKey("IdempotentAnswer")]
