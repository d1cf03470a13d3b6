"""The decisions.

They are pure: `now` is an argument, results have names, and nothing has effects.
"""
