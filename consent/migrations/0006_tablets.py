"""Enrolled tablets, their secrets, and which of them a visit is on."""

import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models
from django.utils import timezone


def end_those_going_on(apps, schema_editor):
    """A visit on a browser that was no enrolled tablet cannot go on; what was confirmed is in the record."""
    going_on = apps.get_model("consent", "Visit").objects.filter(ended_at=None)
    going_on.update(ended_at=timezone.now(), ended_how="ended by staff", code="")


class Migration(migrations.Migration):

    dependencies = [
        ('consent', '0005_posts'),
        ('registration', '0002_drop_custody_period'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(end_those_going_on, migrations.RunPython.noop),
        migrations.CreateModel(
            name='TabletSecret',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hash', models.CharField(max_length=64, unique=True)),
                ('salt', models.CharField(max_length=32)),
                ('made_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
                ('replaced_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='WrongCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.CharField(db_index=True, max_length=60)),
                ('at', models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.RemoveField(
            model_name='visit',
            name='token',
        ),
        migrations.CreateModel(
            name='HistoricalTablet',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('name', models.CharField(max_length=40, verbose_name='name')),
                ('enrolled_at', models.DateTimeField(null=True)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('why', models.CharField(blank=True, choices=[('taken-away', 'taken out of use by staff'), ('two-places', 'used from two places: its cookie was copied'), ('out-of-touch', 'it was cut off for too long just as its cookie changed')], max_length=12)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('enrolled_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('prison', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='registration.prison')),
                ('revoked_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical tablet',
                'verbose_name_plural': 'historical tablets',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Tablet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40, verbose_name='name')),
                ('code', models.CharField(blank=True, db_index=True, max_length=64)),
                ('code_expires_at', models.DateTimeField(null=True)),
                ('enrolled_at', models.DateTimeField(null=True)),
                ('last_seen_at', models.DateTimeField(null=True)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('why', models.CharField(blank=True, choices=[('taken-away', 'taken out of use by staff'), ('two-places', 'used from two places: its cookie was copied'), ('out-of-touch', 'it was cut off for too long just as its cookie changed')], max_length=12)),
                ('enrolled_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('prison', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tablets', to='registration.prison')),
                ('revoked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['prison', 'name'],
            },
        ),
        migrations.AddField(
            model_name='visit',
            name='tablet',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='visits', to='consent.tablet'),
        ),
        migrations.AddConstraint(
            model_name='visit',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('tablet',), name='one_live_visit_per_tablet'),
        ),
        migrations.AddField(
            model_name='tabletsecret',
            name='tablet',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='secrets', to='consent.tablet'),
        ),
        migrations.AddField(
            model_name='tabletsecret',
            name='visit',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='consent.visit'),
        ),
        migrations.AddConstraint(
            model_name='tablet',
            constraint=models.UniqueConstraint(fields=('prison', 'name'), name='one_tablet_of_a_name'),
        ),
    ]
