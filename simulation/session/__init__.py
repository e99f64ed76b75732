"""A session in a room: a trainer, a beamer, and participants who answer on their phones."""
