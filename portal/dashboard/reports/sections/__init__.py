"""The sections of a report, in words: each turns figures into tables, charts and a sentence."""
