/* Words that the show commands share. Control thread. */
#pragma once

#include <jansson.h>

/* A JSON string of text that may have come over a wire: what is not UTF-8 is made so. */
json_t *show_text(const char *text);
/* "ok", "red", "red yellow"; valid until the next call. */
const char *show_alarms(unsigned alarms);
