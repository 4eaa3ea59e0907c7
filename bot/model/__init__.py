"""The words of Gazette as frozen values: standard library only, no behaviour beyond their own."""
