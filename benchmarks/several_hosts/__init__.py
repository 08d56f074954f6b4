"""A report on several hosts, to which things happen."""
