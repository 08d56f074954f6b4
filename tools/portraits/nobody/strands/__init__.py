"""Hair, brows, lashes and beards, strand by strand: arrays of shape (strand, point, xyz)."""
