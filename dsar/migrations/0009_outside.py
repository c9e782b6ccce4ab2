import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dsar", "0008_clock")]

    operations = [
        migrations.CreateModel(
            name='OutsideCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code_hash', models.CharField(max_length=64)),
                ('sent_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(blank=True, null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('task', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='codes', to='dsar.outsidetask')),
            ],
        ),
        migrations.AddIndex(
            model_name='outsidecode',
            index=models.Index(fields=['task', 'sent_at'], name='outside_code_newest'),
        ),
        migrations.AddField(
            model_name='outsidetask',
            name='item',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='outside', to='dsar.erasureitem'),
        ),
        migrations.AlterField(
            model_name='outsidetask',
            name='step',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='outside', to='dsar.step'),
        ),
        migrations.AddConstraint(
            model_name='outsidetask',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('item', None), ('step__isnull', False)), models.Q(('item__isnull', False), ('step', None)), _connector='OR'), name='outside_about_step_or_item'),
        ),
        # choices
        migrations.AlterField(
            model_name='erasureitem',
            name='sentence',
            field=models.CharField(choices=[('erased', 'Erased. It is no longer needed.'), ('only_yours', 'Erased. Nobody else has signed it or is waiting to.'), ('emptied', 'Your name, address and settings are erased. An empty entry with a number remains.'), ('addresses', 'Your e-mail addresses are erased, here and wherever they were used to sign in.'), ('contract_of_others', 'Kept for the other parties, who rely on it as proof. It leaves your space, and your part in it is used for nothing else.'), ('contract_proof', 'Kept locked away as proof of the contract: no search, no AI, no look by support.'), ('waiting_for_others', 'Removed from your space. The other parties keep it: they sent it or wait to sign.'), ('uses', 'What your documents were used for remains as numbers, without your name or address.'), ('choices', 'Your choices remain as proof that they were obeyed, without your name or address. AI training stays refused.'), ('announcements', 'That you were told of changes remains as dates and numbers, without you.'), ('answers', 'Answers given about your documents remain as numbers, without you.'), ('clauses', 'That a contract was accepted for an organisation remains, without your name.'), ('requests', 'The proof that we answered you is kept: dates, decisions and this certificate.'), ('messages', 'What you wrote to us, and we to you, about your requests is erased.'), ('looks', 'Which of our staff opened your file is kept to answer for it, without your name.'), ('last_mail', 'The last message to you is kept until it is delivered, then its address is erased.'), ('staff_acts', 'What you did here as our staff remains, without your name.'), ('elsewhere_erased', 'Erased there. Who holds it has confirmed it, and found nothing in a new search.'), ('elsewhere_kept', 'Kept there by who holds it, for the reason and until the day that are named here.'), ('elsewhere_asked', 'We ask who holds it to erase it. The certificate says what was answered.'), ('elsewhere_nothing', 'Nothing about you was found there.'), ('signing_purged', 'Erased at the signing service, which keeps it in a queue for 14 days before.'), ('signing_trail', 'The record of who signed what and when remains at the signing service, as proof.'), ('held', 'Kept because of a dispute under way. It is erased when that ends.')], max_length=20),
        ),
        migrations.AlterField(
            model_name='step',
            name='cause',
            field=models.CharField(blank=True, choices=[('unavailable', 'the source does not answer'), ('refused', 'the source refused our access'), ('not_configured', 'the source is not set up'), ('unreadable', 'the source answered something we cannot read'), ('file_missing', 'a file is missing from the storage'), ('still_there', 'a new search still found data'), ('named_in_log', 'a reason in a log that cannot be changed names the person'), ('lost', 'the work was interrupted too often'), ('unexpected', 'an error nobody foresaw'), ('no_answer', 'who was asked did not answer in time'), ('declined', 'who was asked gave a reason not to do it'), ('forged', 'an answer came that was not signed by the service'), ('too_large', 'the answer is larger than we take'), ('missing_part', 'a part of the program for this source is not installed'), ('withdrawn', 'the question was taken back'), ('by_hand', 'parts of it can only be erased by hand, where they lie'), ('mapping', 'the description of the source does not fit the source')], max_length=20),
        ),
        migrations.AlterField(
            model_name='requestevent',
            name='code',
            field=models.CharField(choices=[('opened', 'received'), ('started', 'search begun'), ('taken', 'taken up by support'), ('assigned', 'given to a colleague'), ('released', 'given back to the queue'), ('step_finished', 'one source finished'), ('step_retried', 'one source asked again'), ('reviewable', 'ready for review'), ('approved', 'approved'), ('extended', 'given more time'), ('message', 'message written'), ('packaged', 'copy of the data made'), ('linked', 'download link made'), ('downloaded', 'copy downloaded'), ('package_destroyed', 'copy destroyed'), ('item_erased', 'decision carried out'), ('item_proven', 'proven by a new search'), ('item_ended', 'kept until its date, then erased'), ('certified', 'certificate issued'), ('answered', 'answered'), ('refused', 'refused'), ('withdrawn', 'withdrawn'), ('acknowledged', 'receipt confirmed'), ('identity_asked', 'confirmation of who asks asked for'), ('identity_proven', 'who asks is confirmed'), ('proof_deleted', 'documents sent as proof deleted'), ('unidentified', 'closed: nobody confirmed who asked'), ('duplicate', 'closed: asked twice'), ('spam', 'closed: no request about data'), ('forwarded', 'passed on to who decides about the data'), ('country_corrected', 'country corrected'), ('paused', 'clock stopped: we asked the person something'), ('resumed', 'clock running again'), ('due_moved', 'due date counted anew'), ('reminded', 'staff reminded of the date'), ('reopened', 'opened again by a reply'), ('resolved', 'decided'), ('rectified', 'data corrected'), ('restricted', 'use paused'), ('restriction_lifted', 'pause of the use ended'), ('obeyed', 'objection obeyed'), ('appealed', 'answer contested'), ('second_asked', 'second person asked'), ('second_agreed', 'second person agreed'), ('second_declined', 'second person declined'), ('asking_ended', 'question to the second person taken back'), ('grace_begun', 'decided; can still be taken back'), ('grace_cut', 'the person did not want to wait'), ('grace_ended', 'not taken back: it is carried out'), ('plan_changed', 'one decision of the plan changed'), ('taken_back', 'taken back before anything was erased'), ('held', 'legal hold placed'), ('hold_reviewed', 'legal hold looked at again: it stands'), ('hold_lifted', 'legal hold lifted'), ('recipient_told', 'recipient told'), ('recipient_confirmed', 'recipient confirmed'), ('redacted', 'data of others blacked out'), ('asked_outside', 'asked outside the portal'), ('answered_outside', 'answer from outside'), ('shown_outside', 'who you are shown to who holds the data'), ('withdrawn_outside', 'question taken back'), ('replayed', 'erased again after a restore')], max_length=20),
        ),
    ]
