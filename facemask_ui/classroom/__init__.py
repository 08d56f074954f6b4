"""The pages of a room in the browser: the pupil's and the projector's."""
