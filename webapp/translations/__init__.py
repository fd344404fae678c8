"""What the pages say in other languages than English: catalogues by part, merged when they are first used."""
