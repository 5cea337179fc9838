"""The pages the server shows: GraphiQL and its example queries, all from our own files."""
