"""The progress engine: roll-ups in SQL, level by level; statuses by the pure rules."""
