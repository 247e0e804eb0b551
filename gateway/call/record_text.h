/* A call as its record: one JSON object on one line. README's table says what each field means. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct call;

enum {
	RECORD_VERSION = 1, /* "v": of the fields' meaning; new fields alone do not raise it */
	RECORD_TEXT_MAX = 8192,
};
enum record_kind {
	RECORD_OPEN,    /* so far, should the gateway be killed */
	RECORD_INTERIM, /* so far, of a call that goes on; its id is the call's, ".", and a number */
	RECORD_RELEASED, /* the whole call */
};

/* Unique over restarts and gateways: what a call's record is called. */
enum { RECORD_ID_MAX = 32 };
void record_id(uint32_t call, char out[static RECORD_ID_MAX]);
void record_write(const struct call *call, enum record_kind kind, char out[RECORD_TEXT_MAX]);
