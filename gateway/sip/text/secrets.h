/* What in a message is for its receiver alone, made unreadable where a copy is kept: keys of media in descriptions (RFC 4568
 * inline:), what answers a challenge (Authorization, Proxy-Authorization), keys pressed (bodies of INFO that carry
 * digits). Pure. */
#pragma once

#include <stddef.h>

/* The text of a whole message, or the first part of one, in place: its length stays. */
void secrets_hide(char *text, size_t len);
