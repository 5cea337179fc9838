"""Plain Strawberry: types declared as classes, stored documents as their values, edges by DataLoader."""
