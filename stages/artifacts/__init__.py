"""What passes between stages, a module each: where it lies, what it holds, how it is read and written."""
