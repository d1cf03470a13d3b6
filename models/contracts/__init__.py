"""What workflows and activities agree on: names, inputs and results.

Workflows name activities by these constants and never import them. Activities take and return these
models and never import a workflow.
"""
