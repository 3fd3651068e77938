"""Stage compose: a network's weights made into pictures, and how true each picture is."""
