from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("plans", "0001_initial")]

    operations = [
        migrations.RenameField(model_name="plan", old_name="issuer", new_name="issuer_zh"),
        migrations.AlterField(
            model_name="plan",
            name="issuer_zh",
            field=models.CharField(
                blank=True, max_length=120, verbose_name="issued by, in Chinese"
            ),
        ),
        migrations.AddField(
            model_name="plan",
            name="issuer_en",
            field=models.CharField(
                blank=True, default="", max_length=160, verbose_name="issued by, in English"
            ),
            preserve_default=False,
        ),
    ]
