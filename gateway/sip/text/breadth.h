/* Max-Breadth (RFC 5393 5.3): how many branches a request may have at a time, from here on. Pure. */
#pragma once

#include <sofia-sip/sip.h>

enum { BREADTH_UNSAID = -1, BREADTH_MAX = 255 };

/* 0 to BREADTH_MAX, more counting as that; or BREADTH_UNSAID, also for what is no number. */
int breadth_read(const sip_t *sip);
