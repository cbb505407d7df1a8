"""The first page after signing in."""

from django.http import HttpResponse
from django.shortcuts import render

from kheo.core.http import Request


def home(request: Request) -> HttpResponse:
    return render(request, "workspace/home.html")
