"""What runs say: paired comparison, when to stop, which is best, where two part, which number flips a verdict."""
