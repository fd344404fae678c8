"""Alerts: what changed, how sure that is and what to do, sent once to whom an admin named.

::

    sources  ->  noticing  ->  alerts  ->  planning  ->  messages  ->  channels
    what holds   compared      one per     who hears     as durable    email, webhook,
    now          with before   subject     what, when    jobs          tasks in the CRMs
"""
