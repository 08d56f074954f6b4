"""Labelled sets of pictures: a folder, a zip, the shipped portraits, the Mendeley photographs."""
