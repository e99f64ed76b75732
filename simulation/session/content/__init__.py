"""What a session is about: the chapters of a lesson, a game with rounds, and a closing, as screens of a programme."""
