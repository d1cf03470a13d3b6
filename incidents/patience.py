"""How long callers wait for the server, a worker or a workload, all in one place."""

from datetime import timedelta

SERVER = timedelta(seconds=4)
"""For what the server knows by itself; no worker is needed."""

WORKER = timedelta(seconds=10)
"""For the answer of a worker, if the caller sets no patience of its own."""

WORKLOAD = timedelta(seconds=8)
"""For the answer of a workload: an attempt of the asking activity may take ten seconds."""

KEEPING = timedelta(seconds=2)
"""For the request to keep a policy: no incident waits for it."""

FEED = timedelta(seconds=0.5)
"""For a calendar feed: the first page, which reads it, goes out within two seconds."""

OVERRIDES = timedelta(seconds=0.5)
"""For the overrides of schedules, as for a feed, and for the same reason."""

LOOK_SECONDS = 0.05
"""Between two checks of something awaited."""

ASK_AGAIN_SECONDS = 0.1
"""Before a question is repeated because the workflow had not started yet."""
