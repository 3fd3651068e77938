"""What pictures are drawn with: a canvas of pixels, the views of a picture, bands of one a class."""
