"""What stands around every page: its frame, its start, links between pages, presets."""
