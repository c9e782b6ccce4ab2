"""The believable sample: one service, two organisations, eight people and eighteen months.

Everything is played in the order in which it would have happened, through the same actions and the
same gate as in production, so that the sample cannot show what the portal does not do.
:mod:`~portal.demo.sample.load` is the way in.
"""
