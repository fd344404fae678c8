"""CSV, Excel and Parquet files as a source of leads."""
