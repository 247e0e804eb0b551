/* The configuration of call records, as a value. */
#pragma once

#include "records/store.h"

struct config_section;

/* File names are paths, or names in the state directory. */
#define RECORDS_FILE "calls.jsonl"
#define RECORDS_SQLITE "records.db"

struct records_config {
	char file[200];              /* the journal; "": no records are kept */
	char sqlite[200];            /* "": no such store */
	char postgresql[300];        /* as libpq describes a connection; "": no such store */
	char password[128];          /* for it; "": none */
	struct radius_server radius; /* address "": no such store */
	unsigned interim_min; /* a record so often of a call that goes on; 0: at its end alone */
	unsigned rotate_mb;   /* of the journal's files, each */
	unsigned keep_days, keep_mb; /* of all of them together, and of the store in SQLite */
	int line;
};

extern const struct config_section records_section;
