"""Every picture and chart: sheets of small pictures pixel by pixel, curves by matplotlib."""
