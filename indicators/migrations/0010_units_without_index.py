import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("indicators", "0009_registers"),
        ("organisations", "0002_notices"),
    ]

    operations = [
        migrations.AlterField(
            model_name="observation",
            name="organisation",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="observations",
                to="organisations.organisation",
            ),
        ),
    ]
