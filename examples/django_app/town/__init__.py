"""The town's Django project."""
