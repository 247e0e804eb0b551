/* G.711 by table: exact by the recommendation in both directions (G.711 tables 1 and 2). Any
 * thread. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/law.h"

void g711_decode(enum law law, const uint8_t *octets, int16_t *samples, size_t n);
void g711_encode(enum law law, const int16_t *samples, uint8_t *octets, size_t n);
/* One law to the other, G.711 tables 3 and 4. from and to may be the same memory. */
void g711_transcode(enum law from_law, const uint8_t *from, uint8_t *to, size_t n);
