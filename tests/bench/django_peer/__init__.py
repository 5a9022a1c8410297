"""The same transition as a Django project would write it, with django-fsm-2 and django-fsm-log."""
