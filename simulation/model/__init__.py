"""The model, readable: one world of one scenario, week by week, in Mesa."""
