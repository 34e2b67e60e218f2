from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pipeline", "0008_tally"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="follower",
            index=models.Index(fields=["account", "member"], name="follower_member"),
        ),
    ]
