"""Several hubs on one Redis, in a network that can be cut anywhere: faults at random moments, and a checker that is
independent of the hub's code (SPEC §5)."""
