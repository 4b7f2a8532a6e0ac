"""A reply put together: fields of chunks in, one message out, read by the code that reads an unstreamed one."""
