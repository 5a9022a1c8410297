"""Verbs: what the firm does. They take the session, an actor and the time, and never commit."""
