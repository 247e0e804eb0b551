/* Questions to the store of call records in SQLite, by a connection of their own that only reads; a question that takes
 * too long is given up. Any one thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "records/store.h"

enum query_by {
	QUERY_ALL,
	QUERY_NUMBER, /* calling or called, as it came or as it was told */
	QUERY_ID,     /* of the call */
	QUERY_CALL,   /* its number since a start */
	QUERY_CAUSE,
};
struct records_query {
	enum query_by by;
	const char *text; /* the number or id */
	unsigned value;   /* the cause, or the call */
	unsigned limit;   /* the latest so many, the latest first; 0: all, the oldest first */
	const char *from, *until; /* UTC as in records, of set-up: from on, and before; NULL: any */
	unsigned patience_ms;     /* for all of it, fn included; 0: however long it takes */
};

/* fn gets each record's line, until it returns false. 0, or -errno with error; -ETIME: it took too long. */
int records_ask(const char *path, const struct records_query *query,
		bool (*fn)(void *data, const char *record), void *data,
		char error[STORE_ERROR_MAX]);
