"""Checks of people, their roles and their authority."""
