"""Studies too large for memory: swept chunk by chunk into a folder of Parquet files that can be taken up again."""
