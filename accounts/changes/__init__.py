"""Changes that one data protection officer drafts and another one decides about.

The register, the purposes, the evidence for "anonymised" and the settings are all changed in this
one way: a draft that loses nothing that was typed, the difference in words, a second person, and
then, in the transaction of the agreement, the change itself. What each of them means is said by a
:class:`accounts.changes.kinds.ChangeKind`; the apps register theirs when they are ready.
"""
