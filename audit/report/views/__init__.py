"""What the page shows, as values: one view for each part of it."""
