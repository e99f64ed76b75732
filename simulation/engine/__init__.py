"""Many worlds at once, and one with all that happened in it: the same steps, compiled."""
