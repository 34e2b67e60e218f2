from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tenancy", "0002_working"),
    ]

    operations = [
        migrations.AddField(
            model_name="account",
            name="seen_by",
            field=models.CharField(
                choices=[("team", "Its owner’s team"), ("everybody", "Everybody")],
                db_default="team",
                default="team",
                max_length=10,
            ),
        ),
    ]
