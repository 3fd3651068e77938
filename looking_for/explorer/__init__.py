"""A page on which one draws and sees what each network looks for in the drawing."""
