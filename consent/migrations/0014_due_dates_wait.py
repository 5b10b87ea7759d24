"""What stands now says when somebody was away, for due dates wait meanwhile: it is worked out anew from the record at
this deployment (manage.py prepare), and until then where it is read."""

from django.db import migrations


def work_out_anew(apps, schema_editor):
    apps.get_model("consent", "Status").objects.update(waits="")


class Migration(migrations.Migration):
    dependencies = [("consent", "0013_counts")]

    operations = [migrations.RunPython(work_out_anew, migrations.RunPython.noop)]
