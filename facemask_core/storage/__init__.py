"""Files that survive a kill: where they lie, their locks, and the databases in them."""
