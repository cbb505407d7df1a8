import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('organisations', '0001_organisations'),
        ('reporting', '0002_issuedpaper_signatures'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Summary',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme', models.CharField(max_length=60)),
                ('frequency', models.CharField(choices=[('month', 'month'), ('quarter', 'quarter'), ('half', 'half'), ('year', 'year'), ('stage', 'stage')], max_length=10)),
                ('period', models.CharField(max_length=20)),
                ('on', models.DateField()),
                ('words', models.JSONField(default=dict)),
                ('taken', models.JSONField(default=dict)),
                ('revision', models.PositiveIntegerField(default=0)),
                ('state', models.CharField(choices=[('draft', 'draft'), ('approved', 'approved')], default='draft', editable=False, max_length=20, verbose_name='state')),
                ('content', models.JSONField(null=True)),
                ('digest', models.CharField(blank=True, max_length=64)),
                ('approved_at', models.DateTimeField(editable=False, null=True)),
                ('number', models.CharField(blank=True, max_length=60, verbose_name='number and symbol')),
                ('issued_on', models.DateField(null=True, verbose_name='date of issue')),
                ('approved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation', verbose_name='body')),
                ('written_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'report of the receiver',
                'verbose_name_plural': 'reports of the receiver',
                'constraints': [models.UniqueConstraint(fields=('programme', 'organisation', 'frequency', 'period'), name='reporting_summary_one_per_window'), models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'approved'])), name='reporting_summary_known_state'), models.CheckConstraint(condition=models.Q(('state', 'draft'), models.Q(models.Q(('digest', ''), _negated=True), ('approved_at__isnull', False), ('content__isnull', False)), _connector='OR'), name='reporting_summary_approved_is_frozen'), models.CheckConstraint(condition=models.Q(('number', ''), ('issued_on__isnull', False), _connector='OR'), name='reporting_summary_number_has_day')],
            },
        ),
    ]
