"""A prompt for each row of a frame: at a pace that holds, within a budget, each answer on disk before it counts."""
