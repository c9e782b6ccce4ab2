"""Models of the site: all are the dashboard's."""
