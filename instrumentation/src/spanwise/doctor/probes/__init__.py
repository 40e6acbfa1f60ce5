"""One file for each SDK that the doctor can drive."""
