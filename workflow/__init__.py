"""The engine: reads a lifecycle written in YAML, says what may happen to one order, and decides it."""
