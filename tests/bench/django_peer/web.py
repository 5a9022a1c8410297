"""The peer over HTTP: signing in, and one transition with session and CSRF token."""
# mypy: disable-error-code="import-untyped, misc, untyped-decorator"
# Django and its libraries ship no types.

from __future__ import annotations

import os

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.bench.django_peer.settings")


def signed_in(request: HttpRequest) -> HttpResponse:
    """Sign the technician in, without a password: the benchmark measures what follows."""
    from django.contrib.auth import login
    from django.contrib.auth.models import User
    from django.middleware.csrf import get_token

    login(request, User.objects.get())
    return HttpResponse(f'name="csrf_token" value="{get_token(request)}"')


def press(request: HttpRequest, number: int) -> HttpResponse:
    """One transition, and back to the order."""
    from tests.bench.django_peer import models

    models.press(number, lambda: request.user)
    return HttpResponseRedirect(f"/orders/{number}")


urlpatterns = [path("login", signed_in), path("orders/<int:number>/press", press)]


def application() -> object:
    """The WSGI application."""
    from django.core.wsgi import get_wsgi_application

    return get_wsgi_application()
