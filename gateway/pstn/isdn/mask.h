/* Digits dialled once a call is up (account numbers, codes) are nobody's business: traces and captures show
 * '*' in their place unless people asked for them. Pure. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* In an INFORMATION message inside a Q.921 I frame: called party number and keypad facility. Others stay. */
void mask_digits(uint8_t *frame, size_t len);
