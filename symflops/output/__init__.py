"""What leaves symflops: text made safe for a terminal, its width and colours, files, records for programs."""
