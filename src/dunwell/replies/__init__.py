"""What customers write back, read: from a raw mail to its new words. Pure: bytes in, frozen values out."""
