"""The leak detector: a source that is silent for longer than it ever should be."""
