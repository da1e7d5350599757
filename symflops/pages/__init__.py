"""Pages for people who look rather than read: a cost as one HTML file that loads nothing."""
