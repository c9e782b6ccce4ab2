"""The believable sample: one service, two organisations, eight people and eighteen months.

Everything about them is played in the order in which it would have happened, through the same
actions and the same gate as in production, so that the sample cannot show what the portal does not
do. Only the requests of the many others, who are figures to the office, are written down in a few
statements (:mod:`~portal.demo.sample.past`). :mod:`~portal.demo.sample.load` is the way in.
"""
