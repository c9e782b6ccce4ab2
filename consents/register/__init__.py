"""The register of processing (art. 30 GDPR): what a record says, how it changes, how it leaves.

What a published version of a purpose says is not typed a second time: the record of a purpose takes
its words, basis, data, recipients and retention from the version in force, and holds the rest.
"""
