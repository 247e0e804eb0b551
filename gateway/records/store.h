/* A place where call records are stored besides the journal: what each kind of store gives the worker. All of it is
 * called from the worker's thread alone, and may block there; it logs nothing and uses no talloc. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "records/spool.h"

struct schema_row;
struct store;

enum { STORE_ERROR_MAX = 96, STORE_AT_MAX = 512 };

struct store_limits { /* what retention takes away */
	int64_t max_age_s;
	uint64_t max_octets;
};

struct store_ops {
	const char *name; /* "sqlite" */
	/* Ready for records; *place is where the last batch ended. 0 or -errno with store->error. */
	int (*open)(struct store *store, struct spool_place *place);
	/* All rows and the place behind them, or nothing. A row that is there already is no error. The same. */
	int (*put)(struct store *store, struct schema_row *const *rows, size_t n,
		   const struct spool_place *after);
	/* One bounded step of retention; NULL: it is not ours to do. 1: there is more to do, 0, or -errno. */
	int (*prune)(struct store *store, const struct store_limits *limits);
	void (*close)(struct store *store);
};

/* The head of every store's object. */
struct store {
	const struct store_ops *ops;
	/* Names whose journal it is, where several write to one database. */
	char spool[STORE_AT_MAX + 64];
	char error[STORE_ERROR_MAX];
	atomic_bool
		hurry; /* set by any thread: the program is to end, so wait for nobody for long */
};

/* A file; NULL without memory. */
struct store *sqlite_store_new(const char *path);
/* Takes the schema back by one version, for an older program, in a file that nobody else uses. 0 with *to, or
 * -errno with error. */
int sqlite_store_downgrade(const char *path, int *to, char error[STORE_ERROR_MAX]);

/* A connection as libpq describes one, and a password, "" if none is needed. NULL without memory. */
struct store *pg_store_new(const char *conninfo, const char *password);
bool pg_store_check(const char *conninfo, char error[STORE_ERROR_MAX]); /* does it make sense? */
/* The name of an option in it whose value is a password, in words or in a URI; NULL: there is none. */
const char *pg_store_secret(const char *conninfo);
int pg_store_downgrade(const char *conninfo, int *to, char error[STORE_ERROR_MAX]);

struct radius_server {
	char address[64]; /* of IPv4 or IPv6; "": none */
	unsigned port;
	char secret[128];
};
/* place_file: where it notes how far it has come. NULL without memory. */
struct store *radius_store_new(const struct radius_server *server, const char *place_file);
