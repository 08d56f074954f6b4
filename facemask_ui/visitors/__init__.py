"""Many visitors on one server: the queue for the models, each one's share, cached answers."""
