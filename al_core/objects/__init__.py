"""Objects in a bucket, or wherever else fsspec reaches."""
