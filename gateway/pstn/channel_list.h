/* Sets of timeslots as people write them: "1-15,17-31". Pure. */
#pragma once

#include <stdint.h>

/* The longest is "1-2,4-5 ... 28-29,31", of 56 characters. */
enum { CHANNEL_LIST_TEXT_MAX = 64, CHANNEL_LIST_LAST = 31 };

/* As bits. NULL, or what is wrong with the text and what would be right; *channels is as it was then. */
const char *channel_list_parse(const char *text, uint32_t *channels);
/* The bits as text; returns out. */
const char *channel_list_text(uint32_t channels, char out[static CHANNEL_LIST_TEXT_MAX]);
