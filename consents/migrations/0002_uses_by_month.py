"""Uses are partitioned by month: made for hundreds of millions of rows."""

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions
import django.utils.timezone
from django.db import migrations, models

FOREIGN = "DEFERRABLE INITIALLY DEFERRED"

TABLE = f"""
CREATE SEQUENCE consents_use_id_seq AS bigint;
CREATE TABLE consents_use (
    id bigint NOT NULL DEFAULT nextval('consents_use_id_seq'),
    at timestamptz NOT NULL,
    document_id bigint NOT NULL REFERENCES consents_document (id) {FOREIGN},
    version_id bigint NOT NULL REFERENCES consents_purposeversion (id) {FOREIGN},
    system_id bigint NOT NULL REFERENCES consents_system (id) {FOREIGN},
    training_run_id bigint REFERENCES consents_trainingrun (id) {FOREIGN},
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (at, id),
    CONSTRAINT use_once UNIQUE NULLS NOT DISTINCT
        (document_id, at, version_id, system_id, training_run_id)
) PARTITION BY RANGE (at);
ALTER SEQUENCE consents_use_id_seq OWNED BY consents_use.id;
CREATE INDEX use_of_run ON consents_use (training_run_id) WHERE training_run_id IS NOT NULL;
CREATE INDEX use_of_version ON consents_use (version_id, at);

-- What no month's partition takes goes to the default one, so a report is never refused.
CREATE TABLE consents_use_default PARTITION OF consents_use DEFAULT;

CREATE FUNCTION consents_use_partition(month date) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    first date := date_trunc('month', month);
    name text := 'consents_use_' || to_char(first, 'YYYY_MM');
BEGIN
    IF to_regclass(name) IS NULL THEN
        EXECUTE format(
            'CREATE TABLE %I PARTITION OF consents_use FOR VALUES FROM (%L) TO (%L)',
            name, first::text || ' 00:00:00+00', (first + interval '1 month')::date::text || ' 00:00:00+00');
    END IF;
    RETURN name;
END $$;
"""

UNDO = """
DROP TABLE consents_use;
DROP FUNCTION consents_use_partition(date);
"""


class Migration(migrations.Migration):
    dependencies = [("consents", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(TABLE, UNDO)],
            state_operations=[
                migrations.CreateModel(
                    name='Use',
                    fields=[
                        ('pk', models.CompositePrimaryKey('at', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                        ('id', models.BigIntegerField(db_default=models.Func(models.Value('consents_use_id_seq'), function='nextval'), editable=False)),
                        ('at', models.DateTimeField()),
                        ('recorded_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='uses', to='consents.document')),
                        ('system', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='uses', to='consents.system')),
                        ('training_run', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='uses', to='consents.trainingrun')),
                        ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='uses', to='consents.purposeversion')),
                    ],
                ),
                migrations.AddIndex(
                    model_name='use',
                    index=models.Index(models.F('training_run'), condition=models.Q(('training_run', None), _negated=True), name='use_of_run'),
                ),
                migrations.AddIndex(
                    model_name='use',
                    index=models.Index(models.F('version'), models.F('at'), name='use_of_version'),
                ),
                migrations.AddConstraint(
                    model_name='use',
                    constraint=models.UniqueConstraint(fields=('document', 'at', 'version', 'system', 'training_run'), name='use_once', nulls_distinct=False),
                ),
            ],
        ),
    ]
