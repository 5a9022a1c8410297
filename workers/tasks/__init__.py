"""The tasks: a few lines each, one unit of work, safe to repeat; what they do is a service's business."""
