"""What the pages share. It imports the core, never the other way round."""
