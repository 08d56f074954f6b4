"""What a visitor chooses on several pages: a model, an attack, what a class link shows."""
