/* crosspoint --manual 5|8: the manual pages, as troff with man(7) macros, made of what the program knows of itself: its
 * table of commands with their help, its alarms, its own usage. Control thread, before anything runs. */
#pragma once

#include <stdio.h>

/* Section 5 is the configuration file, 8 the program; usage is what --help prints. 0, or -EINVAL: there is no such
 * section. */
int manual_print(FILE *out, const char *section, const char *usage);
