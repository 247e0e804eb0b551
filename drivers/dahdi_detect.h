/* crosspoint --detect: what DAHDI has in this machine, as comments of a configuration, and one to start from. */
#pragma once

#include <stdio.h>

/* 0, or -errno with the reason and what helps on stderr. Opens nothing that a call could use. */
int dahdi_detect(FILE *out);
