"""Pictures: a stranger's bytes to an array, the face in it, and back to a file."""
