/* A call as its record: one JSON object on one line. README's table says what each field means. */
#pragma once

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

void record_write(const struct call *call, enum record_kind kind, char out[RECORD_TEXT_MAX]);
