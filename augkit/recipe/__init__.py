"""Recipes: YAML in, checked values out; every complaint has its file, line and column."""
