"""The settings file and the environment, checked whole."""
