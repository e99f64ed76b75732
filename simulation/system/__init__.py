"""What the process stands on: bounds, signals, and its streams of output."""
