"""What the office has decided in the product: settings by versions, read by every process alike.

A definition (:mod:`~portal.lib.office.definitions`) says what a key means and where its first value
comes from, the environment; the first published version counts in its place. Each app defines its
own in a module ``office``: ``dsar.office.PACKAGE_DAYS.now()``.
"""
