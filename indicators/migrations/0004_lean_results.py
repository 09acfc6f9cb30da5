"""Results get a natural key and no foreign keys. They are derived: a recompute fills them again."""

import django.db.models.deletion
from django.db import migrations, models

import metroplan.common.fields


class Migration(migrations.Migration):
    dependencies = [
        ("indicators", "0003_revisions"),
        ("organisations", "0001_initial"),
    ]

    operations = [
        migrations.DeleteModel(name="Progress"),
        migrations.DeleteModel(name="RollUp"),
        migrations.CreateModel(
            name="Progress",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "indicator",
                        "organisation",
                        "period",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("period", metroplan.common.fields.PeriodField()),
                ("actual", models.DecimalField(decimal_places=12, max_digits=32, null=True)),
                ("expected", models.DecimalField(decimal_places=12, max_digits=32, null=True)),
                ("target", models.DecimalField(decimal_places=12, max_digits=32, null=True)),
                ("milestone_year", models.PositiveSmallIntegerField(null=True)),
                ("baseline", models.DecimalField(decimal_places=12, max_digits=32, null=True)),
                ("attainment", models.DecimalField(decimal_places=12, max_digits=32, null=True)),
                (
                    "schedule_ratio",
                    models.DecimalField(decimal_places=12, max_digits=32, null=True),
                ),
                ("lag_quarters", models.DecimalField(decimal_places=12, max_digits=32, null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("no_data", "No data"),
                            ("stale", "Out of date"),
                            ("achieved", "Achieved"),
                            ("missed", "Missed"),
                            ("due_soon", "Due soon"),
                            ("not_due", "Not due yet"),
                            ("baseline", "At baseline"),
                            ("regressing", "Falling back"),
                            ("ahead", "Ahead"),
                            ("on_track", "On track"),
                            ("slightly_behind", "Slightly behind"),
                            ("behind", "Behind"),
                            ("seriously_behind", "Seriously behind"),
                        ],
                        max_length=20,
                    ),
                ),
                ("provisional", models.BooleanField(default=False)),
                ("met_by_rounding", models.BooleanField(default=False)),
                ("reported", models.PositiveIntegerField(default=0)),
                ("units_expected", models.PositiveIntegerField(default=0)),
                ("carried", models.PositiveIntegerField(default=0)),
                ("rule_version", models.PositiveSmallIntegerField()),
                ("computed_at", models.DateTimeField()),
                (
                    "indicator",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="progress",
                        to="indicators.indicator",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="progress",
                        to="organisations.organisation",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "progress",
                "indexes": [models.Index(fields=["organisation", "period"], name="progress_page")],
            },
        ),
        migrations.CreateModel(
            name="RollUp",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "series",
                        "organisation",
                        "period",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("period", metroplan.common.fields.PeriodField()),
                ("value", models.DecimalField(decimal_places=12, max_digits=32, null=True)),
                ("numerator", models.DecimalField(decimal_places=12, max_digits=32, null=True)),
                ("denominator", models.DecimalField(decimal_places=12, max_digits=32, null=True)),
                ("reported", models.PositiveIntegerField()),
                ("expected", models.PositiveIntegerField()),
                ("carried", models.PositiveIntegerField()),
                ("newest", metroplan.common.fields.PeriodField(null=True)),
                ("rule_version", models.PositiveSmallIntegerField()),
                (
                    "organisation",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="roll_ups",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "series",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="roll_ups",
                        to="indicators.series",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["organisation", "period"], name="rollup_page")],
            },
        ),
    ]
