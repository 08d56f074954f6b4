"""What surrounds every page: its frame, the slow import at the start, links, presets, cards."""
