"""The pages of a plan and its actions."""
