"""Models: weights and their cards, and what computes answers and gradients with them."""
