/* What a call's record is called: unique over restarts and gateways. Control thread. */
#pragma once

#include <stdint.h>

enum { RECORD_ID_MAX = 32 };
void record_id(uint32_t call, char out[static RECORD_ID_MAX]);
