"""The register of processing (art. 30 GDPR): versions that are lawful whoever writes them."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from portal.lib.append_only import forbid_changes

# What ``consents.register.checking`` refuses with a sentence, the database refuses from everybody:
# change both or neither. Single source: a record of a purpose holds nothing that the purpose's
# version says. A transfer without anything that covers it is no record of a lawful one.
LAWFUL = """
CREATE FUNCTION processing_version_is_lawful() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    its_purpose bigint;
    last_number integer;
BEGIN
    SELECT purpose_id INTO its_purpose FROM consents_processingrecord WHERE id = NEW.record_id;
    SELECT max(number) INTO last_number
        FROM consents_processingversion WHERE record_id = NEW.record_id;
    IF NEW.number <> coalesce(last_number, 0) + 1 THEN
        RAISE EXCEPTION 'versions of a record are numbered one after the other'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF its_purpose IS NOT NULL AND (
        NEW.role = 'processor' OR NEW.legal_basis <> '' OR NEW.data_categories <> '[]'::jsonb
        OR NEW.recipients <> '[]'::jsonb OR NEW.retention_duration <> ''
        OR NEW.retention_trigger <> '' OR NEW.dpv_purpose <> ''
    ) THEN
        RAISE EXCEPTION 'what a version of a purpose says is not held a second time'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF its_purpose IS NULL AND NEW.role <> 'processor' AND NEW.legal_basis = '' THEN
        RAISE EXCEPTION 'a processing needs a legal basis'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF jsonb_path_exists(
        NEW.transfers,
        '$[*] ? (!(exists(@.safeguard)) || @.safeguard == "" || !(exists(@.country)) || @.country == "")'
    ) THEN
        RAISE EXCEPTION 'a transfer needs a country and something that covers it'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER processing_version_lawful BEFORE INSERT ON consents_processingversion
    FOR EACH ROW EXECUTE FUNCTION processing_version_is_lawful();
"""
UNDO = """
DROP TRIGGER IF EXISTS processing_version_lawful ON consents_processingversion;
DROP FUNCTION IF EXISTS processing_version_is_lawful();
"""


class Migration(migrations.Migration):
    dependencies = [("consents", "0017_objections_of_addresses"), ("accounts", "0005_changes")]

    operations = [
        migrations.CreateModel(
            name='ProcessingRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=60, unique=True)),
                ('purpose', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='processing', to='consents.purpose')),
            ],
        ),
        migrations.CreateModel(
            name='RetentionRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('task', models.CharField(max_length=40)),
                ('began_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('erased', models.PositiveIntegerField(null=True)),
                ('failed', models.BooleanField(default=False)),
            ],
            options={
                'indexes': [models.Index(models.F('task'), models.OrderBy(models.F('ended_at'), descending=True), name='retention_run_newest')],
            },
        ),
        migrations.CreateModel(
            name='ProcessingVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('recorded_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('role', models.CharField(choices=[('controller', 'controller'), ('joint', 'joint controller'), ('processor', 'processor')], max_length=10)),
                ('has_ended', models.BooleanField(default=False)),
                ('joint_controllers', models.JSONField(default=list)),
                ('representative', models.JSONField(default=dict)),
                ('processors', models.JSONField(default=list)),
                ('controllers', models.JSONField(default=list)),
                ('every_organisation', models.BooleanField(default=False)),
                ('legal_basis', models.CharField(blank=True, choices=[('6(1)(a)', 'your consent'), ('6(1)(b)', 'the contract with you'), ('6(1)(c)', 'a legal obligation'), ('6(1)(d)', 'vital interests'), ('6(1)(e)', 'a public task'), ('6(1)(f)', 'a legitimate interest')], max_length=8)),
                ('dpv_purpose', models.CharField(blank=True, max_length=60)),
                ('dpv_processing', models.CharField(blank=True, max_length=60)),
                ('data_subjects', models.JSONField(default=list)),
                ('data_categories', models.JSONField(default=list)),
                ('recipients', models.JSONField(default=list)),
                ('transfers', models.JSONField(default=list)),
                ('retention_trigger', models.CharField(blank=True, max_length=40)),
                ('retention_duration', models.CharField(blank=True, max_length=20)),
                ('erased_by', models.JSONField(default=list)),
                ('lia_reference', models.CharField(blank=True, max_length=200)),
                ('dpia_reference', models.CharField(blank=True, max_length=200)),
                ('adm', models.BooleanField(default=False)),
                ('texts', models.JSONField(default=dict)),
                ('sha256', models.CharField(max_length=64)),
                ('change', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.change')),
                ('record', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='consents.processingrecord')),
            ],
            options={
                'indexes': [models.Index(models.F('record'), models.OrderBy(models.F('number'), descending=True), name='processing_newest')],
                'constraints': [models.UniqueConstraint(fields=('record', 'number'), name='processing_number_once'), models.CheckConstraint(condition=models.Q(('role__in', ['controller', 'joint', 'processor'])), name='processing_role_known'), models.CheckConstraint(condition=models.Q(models.Q(('role', 'joint'), _negated=True), models.Q(('joint_controllers', []), _negated=True), _connector='OR'), name='processing_joint_with_somebody'), models.CheckConstraint(condition=models.Q(models.Q(('role', 'processor'), _negated=True), models.Q(('controllers', []), _negated=True), ('every_organisation', True), _connector='OR'), name='processing_on_behalf_of_somebody'), models.CheckConstraint(condition=models.Q(('retention_duration', ''), ('retention_duration__regex', '^P(?=\\d)(\\d+Y)?(\\d+M)?(\\d+D)?$'), _connector='OR'), name='processing_duration_possible')],
            },
        ),
        forbid_changes("consents_processingversion"),
        forbid_changes("consents_retentionrun"),
        migrations.RunSQL(LAWFUL, UNDO),
    ]
