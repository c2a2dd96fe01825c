"""``samba-tool``, run by Debian's Python, without the access lists of the file share: in a user namespace there are no users to give them to."""

import runpy
import sys

import samba.provision  # only Debian's own Python has it

samba.provision.setsysvolacl = lambda *_given, **_named: None
sys.argv[0] = "samba-tool"
runpy.run_path("/usr/bin/samba-tool", run_name="__main__")
