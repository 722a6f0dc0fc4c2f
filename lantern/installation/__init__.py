"""What one installation of Lantern stands on: its folders, keys, embedded servers and processes. It knows no Django."""
