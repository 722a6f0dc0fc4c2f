"""What `manage.py bench` measures, one module for each part of the house."""
