"""``samba-tool``, run by Debian's Python, without the access lists of the file share: in a user namespace there are no users to give them to."""

import runpy
import sys
from importlib import import_module

# Only Debian's own Python has it.
setattr(import_module("samba.provision"), "setsysvolacl", lambda *_given, **_named: None)  # noqa: B010 -- the module is known at run time alone
sys.argv[0] = "samba-tool"
runpy.run_path("/usr/bin/samba-tool", run_name="__main__")
