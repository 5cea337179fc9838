"""The GraphQL surface: what can be asked of the stored documents."""
