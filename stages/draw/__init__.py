"""Draw: a network's own figures, so that an edit of one network draws that one again and no other."""
