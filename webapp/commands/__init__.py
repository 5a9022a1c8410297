"""What each `fieldwright` command does; one module per group of commands, imported only when asked for."""
