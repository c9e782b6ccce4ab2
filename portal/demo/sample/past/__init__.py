"""Fourteen months of requests by people of whom nothing else is told, so that the figures of the
office have a past: trends, reports and the forecast look as in a house that works.

What was asked and how it ended is drawn by dice that fall the same each time (:mod:`drawing`), the
days are reckoned by the law, and each request's life is written as the actions would have
(:mod:`life`), in a few statements (:mod:`rows`). What people chose goes through the actions
themselves (:mod:`wishes`).
"""
