"""The application: what a firm uses, on the engine and a database."""
