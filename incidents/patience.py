"""How long whoever asks waits, for the server, a worker or a workload: all of it in one place."""

from datetime import timedelta

SERVER = timedelta(seconds=4)
"""For what the server knows by itself, also if no worker runs."""

WORKER = timedelta(seconds=10)
"""For the answer of a worker, if a caller has no patience of its own."""

WORKLOAD = timedelta(seconds=8)
"""For the answer of a workload: an attempt of the activity that asks may take ten seconds."""

KEEPING = timedelta(seconds=2)
"""For the request to keep a policy: no incident waits for it."""

FEED = timedelta(seconds=0.5)
"""For a calendar feed: the first page, which asks it, goes out within two seconds."""

LOOK_SECONDS = 0.05
"""Between two looks at something that is waited for."""

ASK_AGAIN_SECONDS = 0.1
"""Before a question is asked again that came before a worker had the first task."""
