"""The landing page: what a member does now, next, and what stalls."""
