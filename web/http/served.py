"""Serves the routes of a router."""

from fastapi import APIRouter, FastAPI


def serve(app: FastAPI, router: APIRouter) -> None:
    """Serve the routes of a router as they are.

    FastAPI's `include_router` would make each of them again, while the first request waits.
    """
    app.router.routes.extend(router.routes)
