from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0022_import_reading"),
    ]

    operations = [
        migrations.AddField(
            model_name="lead",
            name="stage_number",
            field=models.PositiveSmallIntegerField(null=True),
        ),
    ]
