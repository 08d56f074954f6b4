"""A class of thirty in the lab at once, and what each of them waits for."""
