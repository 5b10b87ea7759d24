"""What proves the record whole: the place of each row in the signed tree, and the checkpoints. Append-only too."""

import importlib

from django.db import migrations, models

append_only = importlib.import_module("consent.migrations.0002_append_only")
TABLES = {
    "consent_leaf": "leaf_index = NEW.leaf_index OR (source = NEW.source AND row = NEW.row)",
    "consent_treenode": "id = NEW.id OR (level = NEW.level AND node_index = NEW.node_index)",
    "consent_checkpoint": "id = NEW.id OR note = NEW.note",
}


def refuse(apps, schema_editor):
    append_only.refuse(apps, schema_editor, TABLES)


def allow(apps, schema_editor):
    append_only.allow(apps, schema_editor, TABLES)


class Migration(migrations.Migration):

    dependencies = [
        ('consent', '0003_status_counts_ahead'),
    ]

    operations = [
        migrations.CreateModel(
            name='Checkpoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('size', models.BigIntegerField()),
                ('root', models.CharField(max_length=64)),
                ('note', models.TextField(unique=True)),
                ('at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Remark',
            fields=[
                ('seal', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('chain', models.UUIDField(db_index=True)),
                ('salt', models.CharField(max_length=32)),
                ('text', models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name='Leaf',
            fields=[
                ('leaf_index', models.BigIntegerField(primary_key=True, serialize=False)),
                ('source', models.CharField(max_length=12)),
                ('row', models.BigIntegerField()),
                ('hash', models.BinaryField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('source', 'row'), name='one_leaf_per_row')],
            },
        ),
        migrations.CreateModel(
            name='TreeNode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('level', models.PositiveSmallIntegerField()),
                ('node_index', models.BigIntegerField()),
                ('hash', models.BinaryField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('level', 'node_index'), name='one_node_per_place')],
            },
        ),
        migrations.RunPython(refuse, allow),
    ]
