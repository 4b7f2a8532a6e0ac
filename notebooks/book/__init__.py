"""The course as one site, as slides and as a PDF: made from what is saved, without a kernel and without a network."""
