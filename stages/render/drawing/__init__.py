"""What every figure is drawn with: a canvas of pixels, the views of a picture, the frame of a chart."""
