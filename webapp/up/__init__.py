"""`fieldwright up`: one command that keeps broker, web, worker and beat running, and leaves nothing behind."""
