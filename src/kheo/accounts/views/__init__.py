"""Signing in; people, their accounts and their roles in the browser."""
