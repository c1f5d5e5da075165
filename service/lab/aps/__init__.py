"""Access points: what they do when left alone, as a function of time and the controller's clock."""
