"""What colour a point of a surface has; albedo, linear RGB."""
