"""What is told, drawn and written of runs."""
