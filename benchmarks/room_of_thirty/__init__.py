"""A class in one room: thirty phone-sized pages and a projector, joined, asked and led along."""
