"""The clockwork: Celery carries ticks, services do the work."""
