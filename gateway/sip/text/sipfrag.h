/* Bodies of message/sipfrag (RFC 3420) that say how a request went: a status line in front. Pure; every octet comes from
 * a stranger. */
#pragma once

#include <stddef.h>

#define SIPFRAG_TYPE "message/sipfrag"

/* The status of that line, 100 to 699; 0 when there is none. */
int sipfrag_status(const char *body, size_t len);
