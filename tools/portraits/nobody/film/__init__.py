"""From linear light to a picture file."""
