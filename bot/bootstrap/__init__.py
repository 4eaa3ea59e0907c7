"""The only place that builds real parts from settings and joins them."""
