"""The boards, one file each; a module here that defines BOARD is a board."""
