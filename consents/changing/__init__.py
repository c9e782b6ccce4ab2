"""What a draft of a change means here: a purpose, evidence, and whether evidence is asked for.

Each module holds one kind of change (``accounts.changes.kinds``); ``consents.apps`` registers them.
What was typed stays in the draft as it was typed, right or wrong; here it is read.
"""
