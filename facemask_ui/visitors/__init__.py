"""Many visitors on one server: their place in the line, their share, what is kept for whom."""
