"""What stands now says since when records disagree, legal status changed, and an interpreter is wanted: it is worked out
anew from the record at this deployment (manage.py prepare), and until then where it is read."""

from django.db import migrations


def work_out_anew(apps, schema_editor):
    apps.get_model("consent", "Status").objects.update(waits="")


class Migration(migrations.Migration):
    dependencies = [("consent", "0011_capacity_views_index")]

    operations = [migrations.RunPython(work_out_anew, migrations.RunPython.noop)]
