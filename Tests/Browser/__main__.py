"""Runs all tests, or those whose names are given, in one browser."""
import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))

import browser
import test_pages
import test_panels
import test_serve

if __name__ == "__main__":
    loader = unittest.TestLoader()
    names = sys.argv[1:]
    suite = loader.loadTestsFromNames(names) if names else unittest.TestSuite(
        loader.loadTestsFromModule(module) for module in [test_pages, test_panels, test_serve])
    try:
        result = unittest.TextTestRunner(verbosity=2).run(suite)
    finally:
        browser.close()
    sys.exit(not result.wasSuccessful())
