"""What a page shows, computed without Flask: values in, values with words out."""
