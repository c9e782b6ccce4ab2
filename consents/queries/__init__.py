"""The read side: one dataclass per page or part of a page, filled in a fixed number of queries.

Pages show what these return and decide nothing. Lists go by key (never OFFSET), so that a person
with a hundred thousand documents waits no longer than one with fifty.
"""
