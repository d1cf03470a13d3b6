"""The calendar feeds of this installation."""

from connectors.feeds.directory import FeedDirectory
from runtime.settings import Settings


def feeds_of(settings: Settings) -> FeedDirectory:
    """The feeds in the settings; the caller closes them."""
    return FeedDirectory(settings.feeds, settings.feed_copies)
