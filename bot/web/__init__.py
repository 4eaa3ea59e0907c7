"""Health and the web server that everything is mounted on."""
