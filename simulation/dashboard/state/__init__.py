"""A visitor's state, what they change, the studies they opened, and the runs that all visitors share."""
