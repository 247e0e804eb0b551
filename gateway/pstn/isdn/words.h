/* A Q.931 message in a line of words, for people: "SETUP from 100 to 600", "DISCONNECT cause 17 user busy (user)". Pure;
 * every octet may come from a line. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* frame: Q.921's, without FCS, that carries a message (q931_type_at); else "?". */
void words_of_message(const uint8_t *frame, size_t len, char *out, size_t size);
