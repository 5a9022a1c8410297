"""Become another user and then another program: `python dropping.py UID GID PROGRAM ARGUMENT…`; imports nothing of ours."""

import os
import sys

if __name__ == "__main__":
    user, group, program = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    if os.geteuid() != user:
        os.setgroups([])
        os.setgid(group)
        os.setuid(user)
    os.execv(program[0], program)
