"""One face: where it comes from, its crop, its true class, and the answers about it."""
