"""What tests stand on: private servers, found or named as missing."""
